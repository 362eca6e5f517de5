using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <content>
/// AVX2: 32 signs, or the indices of 32 outputs, are a register, and two registers a segment. Shuffling and unpacking stay within the two
/// lanes of 128 bits:
/// <code>
///   signs   lane l takes bytes 2 l and 2 l + 1 of the four, eight times each, and keeps one bit of each copy
///   sums    low: outputs 0-7 | 16-23        high: 8-15 | 24-31
/// </code>
/// </content>
public static unsafe partial class SignOperations
{
    // Four bytes of each quarter of the outputs: the first two quarters in turns, then the others.
    private static Vector128<byte> Halves => Vector128.Create((byte)0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);

    /// <summary>Where each byte of <see cref="Bits(byte*, Vector256{byte}, Vector256{byte}, Vector256{byte})"/> comes from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Copies256() => Vector256.Create(
        0x0000_0000_0000_0000UL, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303).AsByte();

    /// <summary>The one bit of a copy that is the channel's own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Own256() => Vector256.Create(0x8040_2010_0804_0201UL).AsByte();

    /// <summary>32 signs to 32 bytes of 0 or 1.</summary>
    /// <param name="signs">[4]</param>
    /// <param name="copies"><see cref="Copies256"/>, which stays in a register.</param>
    /// <param name="own"><see cref="Own256"/>, likewise.</param>
    /// <param name="one">Ones, likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Bits(byte* signs, Vector256<byte> copies, Vector256<byte> own, Vector256<byte> one) =>
        Vector256.Min(Avx2.Shuffle(Vector256.Create(*(uint*)signs).AsByte(), copies) & own, one);

    /// <summary>Signs to a byte each, 0 or 1.</summary>
    /// <param name="signs">[length / 8]</param>
    /// <param name="tile">[length]</param>
    /// <param name="length">Signs, in whole segments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SpreadAvx2(byte* signs, byte* tile, int length)
    {
        var (copies, own, one) = (Copies256(), Own256(), Vector256<byte>.One);
        for (nint i = 0; i < length; i += 32) Bits(signs + (i >> 3), copies, own, one).Store(tile + i);
    }

    /// <summary>The products of a segment, in eight sums: bits times codes by pairs in 16 bits, halves added, then times the gain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Sum(
        Vector256<byte> lowBits, Vector256<sbyte> low, Vector256<byte> highBits, Vector256<sbyte> high, Vector256<short> gain) =>
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(lowBits, low) + Avx2.MultiplyAddAdjacent(highBits, high), gain);

    /// <summary>Element i of the result is the sum of the i-th vector's elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> FourSums(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        var sums = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        return sums.GetLower() + sums.GetUpper();
    }

    /// <summary>32 look-ups in a half of a table, which both lanes hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LookUp(Vector256<byte> table, Vector256<byte> index) => Avx2.Shuffle(table, index);

    /// <summary>The 16-bit sums of both lanes' first eight outputs, of their low and high bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> InterleaveLow(Vector256<byte> low, Vector256<byte> high) => Avx2.UnpackLow(low, high).AsInt16();

    /// <summary>The 16-bit sums of both lanes' last eight outputs, of their low and high bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> InterleaveHigh(Vector256<byte> low, Vector256<byte> high) => Avx2.UnpackHigh(low, high).AsInt16();

    /// <summary>y += factor · scaleOut · sums, 8 outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTo(float* y, Vector128<short> sums, float* scaleOut, Vector256<float> factor) =>
        AddTo(y, Avx2.ConvertToVector256Int32(sums), scaleOut, factor);

    /// <summary>y += factor · scaleOut · sums, 8 outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTo(float* y, Vector256<int> sums, float* scaleOut, Vector256<float> factor) =>
        Fma.MultiplyAdd(Avx.ConvertToVector256Single(sums), Vector256.Load(scaleOut) * factor, Vector256.Load(y)).Store(y);

    /// <summary>
    /// The signs of 32 outputs, for a batch, in an order in which the sums of two outputs are the halves of 32 bits: then
    /// low holds 0, 8, 1, 9 ... 7, 15, and high 16, 24, 17, 25 ... 23, 31.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Arrange(Vector256<byte> signs)
    {
        var quarters = Avx2.PermuteVar8x32(signs.AsInt32(), Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7)).AsByte();
        return Avx2.Shuffle(quarters, Vector256.Create(Halves, Halves));
    }
}
