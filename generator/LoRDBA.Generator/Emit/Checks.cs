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

    /// <summary>The namespace that they come from.</summary>
    public const string Namespace = "LoRDBA.Runtime.Kernels";

    /// <summary>Whether one of the paths runs; empty if only the scalar one is asked for.</summary>
    public static string AnyOf(Paths paths)
    {
        var checks = new List<string>();
        if ((paths & Paths.Avx512) != 0) checks.Add(Avx512);
        if ((paths & Paths.Avx2) != 0) checks.Add(Avx2);
        if ((paths & Paths.Dp) != 0) checks.Add(Dp);
        if ((paths & Paths.AdvSimd) != 0) checks.Add(AdvSimd);
        return string.Join(" || ", checks);
    }
}
