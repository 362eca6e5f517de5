using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>What llama.cpp loses on tokens.</summary>
internal static class LlamaCppNll
{
    /// <summary>Nats on each token but the first.</summary>
    public static double[] Of(string model, int[] ids)
    {
        using var folder = new TemporaryFolder();
        var line = $$"""{"prompt": [{{ids[0]}}], "completion": [{{string.Join(", ", ids[1..])}}]}""";
        var answer = NodePeer.Run("score-tokens.mjs", model, folder.Write("line.jsonl", System.Text.Encoding.UTF8.GetBytes(line)));
        return [.. answer.GetProperty("nll")[0].EnumerateArray().Select(nats => nats.GetDouble())];
    }
}
