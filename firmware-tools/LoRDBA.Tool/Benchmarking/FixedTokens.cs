namespace LoRDBA.Tool.Benchmarking;

/// <summary>Tokens that are the same for every program that measures a model of one vocabulary.</summary>
internal static class FixedTokens
{
    /// <summary>Token i is (1000 + 7919 i) mod n_vocab: spread over the vocabulary, and none twice in any prompt.</summary>
    public static int[] Of(int count, int nVocab) => [.. Enumerable.Range(0, count).Select(i => (int)((1000 + 7919L * i) % nVocab))];
}
