namespace LoRDBA.Generator;

/// <summary>Names of the pipeline's stages, by which tests ask why a stage ran.</summary>
internal static class StepNames
{
    /// <summary>[LordbaShapes] classes to shapes.</summary>
    public const string FindShapes = nameof(FindShapes);

    /// <summary>Manifest texts to shapes.</summary>
    public const string ReadManifest = nameof(ReadManifest);

    /// <summary>All shapes and the project's boards to distinct kernels.</summary>
    public const string BuildPlan = nameof(BuildPlan);

    /// <summary>What is wrong, to the compiler.</summary>
    public const string ReportDiagnostics = nameof(ReportDiagnostics);

    /// <summary>One kernel to its source text.</summary>
    public const string EmitSource = nameof(EmitSource);

    /// <summary>One set to the source text of the class that finds its kernels.</summary>
    public const string EmitSet = nameof(EmitSet);
}
