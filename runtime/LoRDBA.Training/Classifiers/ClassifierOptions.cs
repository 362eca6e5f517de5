namespace LoRDBA.Training.Classifiers;

/// <summary>The shape of a classifier and how it is trained. The defaults were chosen by fivefold cross-validation (docs/nano.md).</summary>
/// <param name="Features">Channels that n-grams are hashed to, 1 to 65535.</param>
/// <param name="Rank">Ranks of the layer: a multiple of 8, 8 to 248.</param>
/// <param name="LeastGram">Bytes of the shortest n-gram, 1 or more.</param>
/// <param name="MostGram">Bytes of the longest n-gram, 8 at most.</param>
/// <param name="Epochs">How often each sample is seen.</param>
/// <param name="Margin">Below this margin the answer is "unknown": a natural logarithm of odds, 0 to 255. 0.7: the first class is not
/// twice as likely as the second.</param>
/// <param name="Seed">The same seed gives the same bytes on one kind of processor.</param>
public sealed record ClassifierOptions(
    int Features = 1024, int Rank = 64, int LeastGram = 2, int MostGram = 4, int Epochs = 40, float Margin = 0.7f, int Seed = 0)
{
    /// <summary>Bytes of the longest text that is read.</summary>
    public const int LongestText = 1024;
}

/// <summary>A text and its class.</summary>
/// <param name="Text">What is classified.</param>
/// <param name="Label">What it is.</param>
public sealed record ClassifierSample(string Text, string Label);
