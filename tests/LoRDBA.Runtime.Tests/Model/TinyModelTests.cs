using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>
/// Small models with random weights, one for each family and format, against PyTorch in float32: all 512 logits of the last
/// position, and the best token at every position.
/// </summary>
public sealed class TinyModelTests
{
    private static Model Load(string name) => Model.Load(SharedFiles.Require($"models/{name}.gguf"));

    private static ReferenceText[] Texts(string name) => ReferenceText.Read(SharedFiles.Require($"models/{name}.jsonl"));

    [Theory]
    [InlineData("tiny-llama")]
    [InlineData("tiny-llama3-rope")]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-qwen3")]
    public void TheOracleHasTheLogitsOfTheReferenceWithinAThousandthOfTheirSpread(string name)
    {
        using var model = Load(name);
        using var session = model.CreateSession(new() { Oracle = true });
        foreach (var text in Texts(name))
        {
            session.Reset();
            var scoring = Scoring.Of(session, text.Ids);
            Assert.InRange(RelativeError(scoring.LastLogits, text.LastLogits).Max, 0, 1e-3);
            Assert.Equal(text.Argmax, scoring.Argmax);
            Assert.Equal(text.MeanNll, scoring.MeanNll, 1e-3);
        }
    }

    /// <summary>llama.cpp: 1.6 to 6.7 %.</summary>
    [Theory]
    [InlineData("tiny-llama")]
    [InlineData("tiny-llama3-rope")]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-qwen3")]
    public void TheFastPathIsWithinEightPercentOfTheSpread(string name)
    {
        using var model = Load(name);
        using var session = model.CreateSession();
        foreach (var text in Texts(name))
        {
            session.Reset();
            var error = RelativeError(Scoring.Of(session, text.Ids).LastLogits, text.LastLogits).RootMeanSquare;
            TestContext.Current.TestOutputHelper?.WriteLine($"{text.Name}: {error:P2}");
            Assert.InRange(error, 0, 0.08);
        }
    }

    /// <summary>The error of logits in units of the reference's standard deviation.</summary>
    private static (double RootMeanSquare, double Max) RelativeError(float[] logits, float[] reference)
    {
        var mean = reference.Average();
        var spread = Math.Sqrt(reference.Average(x => (x - mean) * (x - mean)));
        var errors = logits.Zip(reference, (x, y) => Math.Abs(x - y) / spread).ToArray();
        return (Math.Sqrt(errors.Average(e => e * e)), errors.Max());
    }
}
