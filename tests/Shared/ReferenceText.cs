using System.Text.Json;

namespace LoRDBA.Tests;

/// <summary>
/// One line of a reference file: what an implementation that is not ours (PyTorch, float32, from the dequantized weights)
/// computes for a text.
/// </summary>
internal sealed record ReferenceText
{
    public required string Name { get; init; }
    public string Text { get; init; } = "";
    public required int[] Ids { get; init; }
    public float[] Nll { get; init; } = [];
    public double MeanNll { get; init; }
    public required int[] Argmax { get; init; }
    public float[] LastLogits { get; init; } = [];
    public int[] Greedy { get; init; } = [];
    public double[] GreedyMargin { get; init; } = [];

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static ReferenceText[] Read(string path) =>
        [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<ReferenceText>(line, Options)!)];
}
