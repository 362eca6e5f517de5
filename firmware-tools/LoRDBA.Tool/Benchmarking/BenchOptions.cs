using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>What is measured.</summary>
internal sealed record BenchOptions
{
    /// <summary>The model's path.</summary>
    public required string Model { get; init; }

    /// <summary>Threads that compute.</summary>
    public required int Threads { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int Prefill { get; init; }

    /// <summary>Tokens decoded after it.</summary>
    public required int Decode { get; init; }

    /// <summary>Ranks of the adapters.</summary>
    public required IReadOnlyList<int> Ranks { get; init; }

    /// <summary>How often each configuration is timed.</summary>
    public required int Turns { get; init; }

    /// <summary>Where the random adapters are written and left; null: into a temporary folder.</summary>
    public required string? AdapterFolder { get; init; }

    /// <summary>Generated kernels, if the program has any.</summary>
    public required SignKernels? Kernels { get; init; }
}
