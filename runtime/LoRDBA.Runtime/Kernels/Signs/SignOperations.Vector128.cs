using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>Registers of 128 bits, 16 outputs: all of arm64, and on x64 what is left of a wider group.</content>
public static unsafe partial class SignOperations
{
    /// <summary>16 look-ups in a half of a table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LookUp(Vector128<byte> table, Vector128<byte> index) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(table, index) : Ssse3.Shuffle(table, index);

    /// <summary>The 16-bit sums of the first eight outputs, of their low and high bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> InterleaveLow(Vector128<byte> low, Vector128<byte> high) =>
        (AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(low, high) : Sse2.UnpackLow(low, high)).AsInt16();

    /// <summary>The 16-bit sums of the last eight outputs, of their low and high bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> InterleaveHigh(Vector128<byte> low, Vector128<byte> high) =>
        (AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(low, high) : Sse2.UnpackHigh(low, high)).AsInt16();

    /// <summary>y += factor · scaleOut · sums, 4 outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTo(float* y, Vector128<int> sums, float* scaleOut, Vector128<float> factor) =>
        Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(sums), Vector128.Load(scaleOut) * factor, Vector128.Load(y)).Store(y);
}
