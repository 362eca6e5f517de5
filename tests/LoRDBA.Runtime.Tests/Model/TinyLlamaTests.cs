using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>A small llama with random Q8_0 weights and an untied head, against PyTorch in float32: all 512 logits of the last position.</summary>
public sealed class TinyLlamaTests
{
    private static Model Load() => Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));

    private static ReferenceText[] Texts => ReferenceText.Read(SharedFiles.Require("models/tiny-llama.jsonl"));

    [Fact]
    public void TheOracleHasTheLogitsOfTheReferenceWithinAThousandthOfTheirSpread()
    {
        using var model = Load();
        using var session = model.CreateSession(new() { Oracle = true });
        foreach (var text in Texts)
        {
            session.Reset();
            var scoring = Scoring.Of(session, text.Ids);
            Assert.InRange(RelativeError(scoring.LastLogits, text.LastLogits).Max, 0, 1e-3);
            Assert.Equal(text.Argmax, scoring.Argmax);
            Assert.Equal(text.MeanNll, scoring.MeanNll, 1e-3);
        }
    }

    /// <summary>llama.cpp: 1.6 to 4.4 %.</summary>
    [Fact]
    public void TheFastPathIsWithinEightPercentOfTheSpread()
    {
        using var model = Load();
        using var session = model.CreateSession();
        foreach (var text in Texts)
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
