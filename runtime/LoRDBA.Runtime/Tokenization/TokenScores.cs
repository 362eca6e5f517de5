using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>Reads <c>tokenizer.ggml.scores</c>: a SentencePiece vocabulary merges the pair of the highest score first.</summary>
internal static class TokenScores
{
    /// <summary>Where they are.</summary>
    public const string Key = "tokenizer.ggml.scores";

    /// <summary>The score of each token. Some converters wrote them as INT32.</summary>
    /// <exception cref="TokenizerException">There are more or fewer than tokens, or one is not a number.</exception>
    /// <exception cref="GgufException">The key is absent or of another type.</exception>
    public static float[] Read(GgufMetadata metadata, int count)
    {
        var scores = Convert(metadata);
        if (scores.Length != count)
            throw new TokenizerException(TokenizerError.DamagedVocabulary, Key, $"has {scores.Length} entries, but the vocabulary has {count} tokens. The file is damaged.");
        var bad = Array.FindIndex(scores, float.IsNaN);
        return bad < 0 ? scores : throw new TokenizerException(TokenizerError.DamagedVocabulary, Key, $"the score of token {bad} is not a number. The file is damaged.");
    }

    private static float[] Convert(GgufMetadata metadata)
    {
        var value = metadata[Key];
        if (value.Type != GgufValueType.Array || value.ElementType != GgufValueType.Int32) return [.. metadata.GetArray<float>(Key)];
        var numbers = metadata.GetArray<int>(Key);
        var scores = new float[numbers.Length];
        for (var id = 0; id < scores.Length; id++) scores[id] = numbers[id];
        return scores;
    }
}
