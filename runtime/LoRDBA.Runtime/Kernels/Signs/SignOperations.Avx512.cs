using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>
/// AVX-512: 64 signs, or the indices of 64 outputs, are a register. Shuffling and unpacking stay within the four lanes of 128 bits:
/// <code>
///   signs   lane l takes bytes 2 l and 2 l + 1 of the eight, eight times each, and keeps one bit of each copy
///   sums    low: outputs 0-7 | 16-23 | 32-39 | 48-55        high: 8-15 | 24-31 | 40-47 | 56-63
/// </code>
/// </content>
public static unsafe partial class SignOperations
{
    /// <summary>Where each byte of <see cref="Bits(byte*, Vector512{byte}, Vector512{byte}, Vector512{byte})"/> comes from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Copies512() => Vector512.Create(
        Vector256.Create(0x0000_0000_0000_0000UL, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303),
        Vector256.Create(0x0404_0404_0404_0404UL, 0x0505_0505_0505_0505, 0x0606_0606_0606_0606, 0x0707_0707_0707_0707)).AsByte();

    /// <summary>The one bit of a copy that is the channel's own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Own512() => Vector512.Create(0x8040_2010_0804_0201UL).AsByte();

    /// <summary>64 signs to 64 bytes of 0 or 1.</summary>
    /// <param name="signs">[8]</param>
    /// <param name="copies"><see cref="Copies512"/>, which stays in a register.</param>
    /// <param name="own"><see cref="Own512"/>, likewise.</param>
    /// <param name="one">Ones, likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Bits(byte* signs, Vector512<byte> copies, Vector512<byte> own, Vector512<byte> one) =>
        Vector512.Min(Avx512BW.Shuffle(Vector512.Create(*(ulong*)signs).AsByte(), copies) & own, one);

    /// <summary>Signs to a byte each, 0 or 1.</summary>
    /// <param name="signs">[length / 8]</param>
    /// <param name="tile">[length]</param>
    /// <param name="length">Signs, in whole segments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SpreadAvx512(byte* signs, byte* tile, int length)
    {
        var (copies, own, one) = (Copies512(), Own512(), Vector512<byte>.One);
        for (nint i = 0; i < length; i += 64) Bits(signs + (i >> 3), copies, own, one).Store(tile + i);
    }

    /// <summary>The products of a segment, in 16 sums: bits times codes by pairs (at most 2 · 127), then times the gain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Sum(Vector512<byte> bits, Vector512<sbyte> codes, Vector512<short> gain) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(bits, codes), gain);

    /// <summary>Element i of the result is the sum of the i-th vector's elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> FourSums(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d)
    {
        var ab = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);
        var cd = Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d);
        var quarters = Avx512F.UnpackLow(ab.AsInt64(), cd.AsInt64()).AsInt32() + Avx512F.UnpackHigh(ab.AsInt64(), cd.AsInt64()).AsInt32();
        var halves = quarters.GetLower() + quarters.GetUpper();
        return halves.GetLower() + halves.GetUpper();
    }

    /// <summary>64 look-ups in a half of a table, which every lane holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookUp(Vector512<byte> table, Vector512<byte> index) => Avx512BW.Shuffle(table, index);

    /// <summary>The 16-bit sums of every lane's first eight outputs, of their low and high bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> InterleaveLow(Vector512<byte> low, Vector512<byte> high) => Avx512BW.UnpackLow(low, high).AsInt16();

    /// <summary>The 16-bit sums of every lane's last eight outputs, of their low and high bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> InterleaveHigh(Vector512<byte> low, Vector512<byte> high) => Avx512BW.UnpackHigh(low, high).AsInt16();

    /// <summary>Outputs 0 to 31 in order, of the lanes of low and high sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Front(Vector512<short> low, Vector512<short> high) =>
        Avx512F.PermuteVar8x64x2(low.AsInt64(), Vector512.Create(0L, 1, 8, 9, 2, 3, 10, 11), high.AsInt64()).AsInt16();

    /// <summary>Outputs 32 to 63 in order, of the lanes of low and high sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Back(Vector512<short> low, Vector512<short> high) =>
        Avx512F.PermuteVar8x64x2(low.AsInt64(), Vector512.Create(4L, 5, 12, 13, 6, 7, 14, 15), high.AsInt64()).AsInt16();

    /// <summary>y += factor · scaleOut · sums, 16 outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTo(float* y, Vector256<short> sums, float* scaleOut, Vector512<float> factor) =>
        AddTo(y, Avx512F.ConvertToVector512Int32(sums), scaleOut, factor);

    /// <summary>y += factor · scaleOut · sums, 16 outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTo(float* y, Vector512<int> sums, float* scaleOut, Vector512<float> factor) =>
        Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(sums), Vector512.Load(scaleOut) * factor, Vector512.Load(y)).Store(y);

    /// <summary>
    /// The signs of 64 outputs, for a batch, in an order in which the sums of two outputs are the halves of 32 bits: then
    /// low holds 0, 16, 1, 17 ... 15, 31, and high 32, 48, 33, 49 ... 47, 63.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Arrange(Vector512<byte> signs)
    {
        var order = Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        var quarters = Avx512F.PermuteVar16x32(signs.AsInt32(), order).AsByte();
        return Avx512BW.Shuffle(quarters, Vector512.Create(Vector256.Create(Halves, Halves), Vector256.Create(Halves, Halves)));
    }
}
