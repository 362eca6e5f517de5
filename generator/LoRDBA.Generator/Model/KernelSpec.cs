namespace LoRDBA.Generator.Model;

/// <summary>Which of a branch's two products a kernel computes.</summary>
internal enum KernelKind
{
    /// <summary>S_A x: n_in activations to rank sums.</summary>
    Shrink,

    /// <summary>S_B y: rank values to n_out outputs.</summary>
    Expand,
}

/// <summary>One kernel: all that its source text depends on.</summary>
/// <param name="Kind">Shrink or expand.</param>
/// <param name="Channels">n_in of a shrink kernel, n_out of an expand kernel.</param>
/// <param name="Rank">Rows of signs: of one linear, of a fused group together, or of one pass of an expand (1 to 64).</param>
/// <param name="Paths">Instruction sets to emit beside the scalar path.</param>
/// <param name="Boards">For the header, such as "rpi5, rpi4".</param>
/// <param name="Namespace">Of the set; empty: the global one.</param>
/// <param name="ClassName">Of the set.</param>
/// <param name="FileName">Of the set: what its generated files are called, before the kernel and the ending.</param>
internal sealed record KernelSpec(
    KernelKind Kind, int Channels, int Rank, Paths Paths, string Boards, string Namespace, string ClassName, string FileName)
{
    /// <summary>The kernel's class, such as HomeKernels_Shrink576R48.</summary>
    public string Name => $"{ClassName}_{Kind}{Channels}R{Rank}";

    /// <summary>The generated file.</summary>
    public string HintName => $"{FileName}_{Kind}{Channels}R{Rank}.g.cs";
}
