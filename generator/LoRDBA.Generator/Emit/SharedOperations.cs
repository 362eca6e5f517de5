using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit;

/// <summary>The source text of what the kernels of a namespace share: one small class, of which every method is inlined.</summary>
internal static class SharedOperations
{
    public static string Emit(string ns, Paths paths)
    {
        var writer = new SourceWriter();
        KernelEmitters.Begin(writer, "// What the kernels of this namespace share; every method is inlined.", ns,
            "System.Runtime.CompilerServices", "System.Runtime.Intrinsics", "System.Runtime.Intrinsics.Arm", "System.Runtime.Intrinsics.X86");
        writer.Block("internal static unsafe class SignOperations", () =>
        {
            Write(writer, Common);
            if ((paths & Paths.Avx512) != 0) Write(writer, Avx512);
            if ((paths & (Paths.Avx2 | Paths.Avx512)) != 0) Write(writer, Avx2);
            if ((paths & (Paths.AdvSimd | Paths.Dp)) != 0) Write(writer, AdvSimd);
            if ((paths & Paths.Dp) != 0) Write(writer, Dp);
            writer.Line(Registers128);
        });
        return writer.ToString().Replace("[Inline]", "[MethodImpl(MethodImplOptions.AggressiveInlining)]");
    }

    private static void Write(SourceWriter writer, string text) => writer.Line(text).Line();

    private const string Common = """
        // The sum where the sign is +1, P, to the sum over both signs: 2 P - total.
        [Inline]
        public static void Store(Vector128<int> plus, int total, int* sums) => (plus + plus - Vector128.Create(total)).Store(sums);
        """;

    private const string Avx512 = """
        // Byte i of a lane of 128 bits is a copy of the byte with channel i, and keeps only that channel's bit.
        [Inline]
        public static Vector512<byte> Copies512() => Vector512.Create(
            Vector256.Create(0x0000_0000_0000_0000UL, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303),
            Vector256.Create(0x0404_0404_0404_0404UL, 0x0505_0505_0505_0505, 0x0606_0606_0606_0606, 0x0707_0707_0707_0707)).AsByte();

        [Inline]
        public static Vector512<byte> Own512() => Vector512.Create(0x8040_2010_0804_0201UL).AsByte();

        // 64 signs to 64 bytes of 0 or 1.
        [Inline]
        public static Vector512<byte> Bits(byte* signs, Vector512<byte> copies, Vector512<byte> own, Vector512<byte> one) =>
            Vector512.Min(Avx512BW.Shuffle(Vector512.Create(*(ulong*)signs).AsByte(), copies) & own, one);

        [Inline]
        public static void SpreadAvx512(byte* signs, byte* tile, int length)
        {
            var (copies, own, one) = (Copies512(), Own512(), Vector512<byte>.One);
            for (nint i = 0; i < length; i += 64) Bits(signs + (i >> 3), copies, own, one).Store(tile + i);
        }

        [Inline]
        public static Vector512<int> Sum(Vector512<byte> bits, Vector512<sbyte> codes, Vector512<short> gain) =>
            Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(bits, codes), gain);

        // Lane i of the result is the sum of the i-th vector's lanes.
        [Inline]
        public static Vector128<int> FourSums(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d)
        {
            var (ab, cd) = (Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b), Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d));
            var quarters = Avx512F.UnpackLow(ab.AsInt64(), cd.AsInt64()).AsInt32() + Avx512F.UnpackHigh(ab.AsInt64(), cd.AsInt64()).AsInt32();
            var halves = quarters.GetLower() + quarters.GetUpper();
            return halves.GetLower() + halves.GetUpper();
        }

        [Inline]
        public static Vector512<byte> LookUp(Vector512<byte> table, Vector512<byte> index) => Avx512BW.Shuffle(table, index);

        [Inline]
        public static Vector512<short> InterleaveLow(Vector512<byte> low, Vector512<byte> high) => Avx512BW.UnpackLow(low, high).AsInt16();

        [Inline]
        public static Vector512<short> InterleaveHigh(Vector512<byte> low, Vector512<byte> high) => Avx512BW.UnpackHigh(low, high).AsInt16();

        [Inline]
        public static Vector512<short> Front(Vector512<short> low, Vector512<short> high) =>
            Avx512F.PermuteVar8x64x2(low.AsInt64(), Vector512.Create(0L, 1, 8, 9, 2, 3, 10, 11), high.AsInt64()).AsInt16();

        [Inline]
        public static Vector512<short> Back(Vector512<short> low, Vector512<short> high) =>
            Avx512F.PermuteVar8x64x2(low.AsInt64(), Vector512.Create(4L, 5, 12, 13, 6, 7, 14, 15), high.AsInt64()).AsInt16();

        [Inline]
        public static void AddTo(float* y, Vector256<short> sums, float* scaleOut, Vector512<float> factor) => AddTo(y, Avx512F.ConvertToVector512Int32(sums), scaleOut, factor);

        [Inline]
        public static void AddTo(float* y, Vector512<int> sums, float* scaleOut, Vector512<float> factor) =>
            Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(sums), Vector512.Load(scaleOut) * factor, Vector512.Load(y)).Store(y);

        // Rows 0-15, 16-31, 32-47 and 48-63 to where their sums will be the low and high halves of 32 bits in "low", then in "high".
        [Inline]
        public static Vector512<byte> Arrange(Vector512<byte> signs)
        {
            var quarters = Avx512F.PermuteVar16x32(signs.AsInt32(), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).AsByte();
            return Avx512BW.Shuffle(quarters, Vector512.Create(Vector256.Create(Halves, Halves), Vector256.Create(Halves, Halves)));
        }
        """;

    private const string Avx2 = """
        // Byte i of a lane of 128 bits is a copy of the byte with channel i, and keeps only that channel's bit.
        [Inline]
        public static Vector256<byte> Copies256() =>
            Vector256.Create(0x0000_0000_0000_0000UL, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303).AsByte();

        [Inline]
        public static Vector256<byte> Own256() => Vector256.Create(0x8040_2010_0804_0201UL).AsByte();

        // 32 signs to 32 bytes of 0 or 1.
        [Inline]
        public static Vector256<byte> Bits(byte* signs, Vector256<byte> copies, Vector256<byte> own, Vector256<byte> one) =>
            Vector256.Min(Avx2.Shuffle(Vector256.Create(*(uint*)signs).AsByte(), copies) & own, one);

        [Inline]
        public static void SpreadAvx2(byte* signs, byte* tile, int length)
        {
            var (copies, own, one) = (Copies256(), Own256(), Vector256<byte>.One);
            for (nint i = 0; i < length; i += 32) Bits(signs + (i >> 3), copies, own, one).Store(tile + i);
        }

        [Inline]
        public static Vector256<int> Sum(Vector256<byte> lowBits, Vector256<sbyte> low, Vector256<byte> highBits, Vector256<sbyte> high, Vector256<short> gain) =>
            Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(lowBits, low) + Avx2.MultiplyAddAdjacent(highBits, high), gain);

        // Lane i of the result is the sum of the i-th vector's lanes.
        [Inline]
        public static Vector128<int> FourSums(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
        {
            var sums = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
            return sums.GetLower() + sums.GetUpper();
        }

        [Inline]
        public static Vector256<byte> LookUp(Vector256<byte> table, Vector256<byte> index) => Avx2.Shuffle(table, index);

        [Inline]
        public static Vector256<short> InterleaveLow(Vector256<byte> low, Vector256<byte> high) => Avx2.UnpackLow(low, high).AsInt16();

        [Inline]
        public static Vector256<short> InterleaveHigh(Vector256<byte> low, Vector256<byte> high) => Avx2.UnpackHigh(low, high).AsInt16();

        [Inline]
        public static void AddTo(float* y, Vector128<short> sums, float* scaleOut, Vector256<float> factor) => AddTo(y, Avx2.ConvertToVector256Int32(sums), scaleOut, factor);

        [Inline]
        public static void AddTo(float* y, Vector256<int> sums, float* scaleOut, Vector256<float> factor) =>
            Fma.MultiplyAdd(Avx.ConvertToVector256Single(sums), Vector256.Load(scaleOut) * factor, Vector256.Load(y)).Store(y);

        // Rows 0-7, 8-15, 16-23 and 24-31, likewise.
        [Inline]
        public static Vector256<byte> Arrange(Vector256<byte> signs)
        {
            var quarters = Avx2.PermuteVar8x32(signs.AsInt32(), Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7)).AsByte();
            return Avx2.Shuffle(quarters, Vector256.Create(Halves, Halves));
        }

        // Four bytes of each quarter of the rows: the first two quarters in turns, then the others.
        private static Vector128<byte> Halves => Vector128.Create((byte)0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
        """;

    private const string AdvSimd = """
        // Byte i is a copy of the byte with channel i, of the two bytes from `first` on, and keeps only that channel's bit.
        [Inline]
        public static Vector128<byte> Copies128(byte first) => Vector128.Create(0x0000_0000_0000_0000UL, 0x0101_0101_0101_0101).AsByte() + Vector128.Create(first);

        [Inline]
        public static Vector128<byte> Own128() => Vector128.Create(0x8040_2010_0804_0201UL).AsByte();

        // A byte of ones for +1, of zeros for -1.
        [Inline]
        public static void SpreadAdvSimd(byte* signs, byte* tile, int length)
        {
            var (copies, own) = (Copies128(0), Own128());
            for (nint i = 0; i < length; i += 16)
                AdvSimd.CompareTest(AdvSimd.Arm64.VectorTableLookup(AdvSimd.LoadAndReplicateToVector128((ushort*)(signs + (i >> 3))).AsByte(), copies), own).Store(tile + i);
        }

        [Inline]
        public static Vector128<int> Add(Vector128<int> sum, Vector128<sbyte> a, Vector128<sbyte> b, Vector128<sbyte> c, Vector128<sbyte> d, Vector128<short> gain)
        {
            var pairs = AdvSimd.AddPairwiseWidening(a);
            pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, b);
            pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, c);
            pairs = AdvSimd.AddPairwiseWideningAndAdd(pairs, d);
            return AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningLowerAndAdd(sum, pairs.GetLower(), gain.GetLower()), pairs, gain);
        }

        // Lane i of the result is the sum of the i-th vector's lanes.
        [Inline]
        public static Vector128<int> FourSums(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d) =>
            AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(a, b), AdvSimd.Arm64.AddPairwise(c, d));
        """;

    private const string Dp = """
        [Inline]
        public static void SpreadDp(byte* signs, byte* tile, int length) => SpreadAdvSimd(signs, tile, length);

        [Inline]
        public static Vector128<int> Dot(
            Vector128<sbyte> m0, Vector128<sbyte> c0, Vector128<sbyte> m1, Vector128<sbyte> c1, Vector128<sbyte> m2, Vector128<sbyte> c2, Vector128<sbyte> m3, Vector128<sbyte> c3) =>
            Dp.DotProduct(Dp.DotProduct(Dp.DotProduct(Dp.DotProduct(Vector128<int>.Zero, m0, c0), m1, c1), m2, c2), m3, c3);
        """;

    private const string Registers128 = """
        [Inline]
        public static Vector128<byte> LookUp(Vector128<byte> table, Vector128<byte> index) =>
            AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(table, index) : Ssse3.Shuffle(table, index);

        [Inline]
        public static Vector128<short> InterleaveLow(Vector128<byte> low, Vector128<byte> high) =>
            (AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(low, high) : Sse2.UnpackLow(low, high)).AsInt16();

        [Inline]
        public static Vector128<short> InterleaveHigh(Vector128<byte> low, Vector128<byte> high) =>
            (AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(low, high) : Sse2.UnpackHigh(low, high)).AsInt16();

        [Inline]
        public static void AddTo(float* y, Vector128<int> sums, float* scaleOut, Vector128<float> factor) =>
            Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(sums), Vector128.Load(scaleOut) * factor, Vector128.Load(y)).Store(y);
        """;
}
