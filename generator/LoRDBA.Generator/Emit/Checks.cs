using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit;

/// <summary>The run-time checks for instruction sets, in C#. The runtime decides; for the compiler they are constants.</summary>
internal static class Checks
{
    public const string Avx512 = "InstructionSets.HasAvx512";
    public const string Avx2 = "InstructionSets.HasAvx2";
    public const string Ssse3 = "InstructionSets.HasSsse3";
    public const string Dp = "InstructionSets.HasDp";
    public const string AdvSimd = "InstructionSets.HasAdvSimd";

    /// <summary>The paths as values of the runtime's enumeration, the best first; none if only the scalar one is asked for.</summary>
    public static IEnumerable<string> SetsOf(Paths paths) =>
        ((Paths[])[Paths.Avx512, Paths.Avx2, Paths.Dp, Paths.AdvSimd]).Where(path => (paths & path) != 0).Select(path => $"InstructionSet.{path}");
}
