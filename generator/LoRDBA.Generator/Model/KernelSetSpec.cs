namespace LoRDBA.Generator.Model;

/// <summary>A set of kernels: the class that a program hands to the runtime, as <c>HomeKernels.Instance</c>.</summary>
/// <param name="Namespace">Empty: the global one.</param>
/// <param name="ClassName">Such as HomeKernels.</param>
/// <param name="Accessibility">"public" or "internal".</param>
/// <param name="IsPartial">Whether the program declares a part of the class itself: the attribute form.</param>
/// <param name="BaseFingerprint">64 lower-case hex digits of the base that the shapes are of; null: any base.</param>
/// <param name="BaseName">What the base is called; null with <paramref name="BaseFingerprint"/>.</param>
/// <param name="Boards">For the header, such as "rpi5, rpi4".</param>
/// <param name="Paths">Instruction sets of all its kernels.</param>
/// <param name="Kernels">Distinct, ordered by kind, channels and rank.</param>
/// <param name="FileName">What its generated files are called, before the kernel and the ending.</param>
internal sealed record KernelSetSpec(
    string Namespace,
    string ClassName,
    string Accessibility,
    bool IsPartial,
    string? BaseFingerprint,
    string? BaseName,
    string Boards,
    Paths Paths,
    EquatableArray<KernelSpec> Kernels,
    string FileName)
{
    /// <summary>The class with its namespace.</summary>
    public string FullName => Namespace.Length == 0 ? ClassName : $"{Namespace}.{ClassName}";

    /// <summary>The generated file.</summary>
    public string HintName => $"{FileName}.g.cs";
}
