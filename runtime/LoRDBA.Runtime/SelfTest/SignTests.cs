using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.SelfTest;

/// <summary>The products of signs that serve every shape, and the activations that they read.</summary>
internal static unsafe class SignTests
{
    private const int Tokens = 5;

    /// <summary>Whole segments, and a cut one.</summary>
    private static readonly int[] Inputs = [192, 593];

    /// <summary>A group of the widest registers, one of each narrower width, and seven rows that are left.</summary>
    private const int Outputs = 64 + 32 + 16 + 7;

    private const int BlockLength = QuantizedRows.BlockLength;

    /// <summary>Codes, gains, totals and scales with registers of every width; and blocks of 15-bit numbers against the scalar twin.</summary>
    public static void Quantize(Comparison comparison)
    {
        foreach (var nIn in Inputs)
        {
            SignBatch narrow = default, wide = default;
            using var memory = Arena.Create(arena => (narrow, wide) = (SignBatch.Reserve(arena, 1, nIn), SignBatch.Reserve(arena, 1, nIn)));
            fixed (float* x = Operands.Activations(nIn, seed: 1), scaleIn = Operands.Values(nIn, seed: 2))
            {
                narrow.Quantize<Lanes128>(x, scaleIn, nIn, token: 0);
                if (InstructionSets.HasAvx2) Compare<Lanes256>(narrow, wide, x, scaleIn, nIn, comparison);
                if (InstructionSets.HasAvx512) Compare<Lanes512>(narrow, wide, x, scaleIn, nIn, comparison);
            }
            comparison.Keep(new ReadOnlySpan<sbyte>(narrow.Codes(0), narrow.Width));
        }

        var random = new SplitMix(3);
        short* a = stackalloc short[BlockLength];
        sbyte* twin = stackalloc sbyte[BlockLength], codes = stackalloc sbyte[BlockLength];
        for (var round = 0; round < 100; round++)
        {
            for (var j = 0; j < BlockLength; j++) a[j] = (short)((int)(random.NextBits() % (2 * QuantizedRows.MaxCode + 1)) - QuantizedRows.MaxCode);
            // At most 16 257, as the file of the kernel derives; in both halves of an int.
            var factor = (int)(random.NextBits() % 16_258) * 0x10001;
            SignBatch.RoundScalar(a, factor, twin);
            if (InstructionSets.HasAvx512) SignBatch.Round512(a, factor, codes);
            else if (InstructionSets.HasAvx2) SignBatch.Round256(a, factor, codes);
            else if (InstructionSets.HasSsse3 || InstructionSets.HasAdvSimd) SignBatch.Round128(a, factor, codes);
            else SignBatch.RoundScalar(a, factor, codes);
            comparison.Same(new ReadOnlySpan<sbyte>(twin, BlockLength), new ReadOnlySpan<sbyte>(codes, BlockLength), $"block {round}");
        }
    }

    /// <summary>Sums of activations under signs, for one token and several.</summary>
    public static void Shrink(Comparison comparison)
    {
        foreach (var nIn in Inputs)
            foreach (var rank in (int[])[1, 16, 33])
            {
                var kernel = new GenericShrink(nIn, rank);
                SignBatch batch = default;
                byte* signs = null, scratch = null;
                int* twin = null, sums = null;
                using var memory = Arena.Create(arena =>
                {
                    batch = SignBatch.Reserve(arena, Tokens, nIn);
                    signs = arena.Reserve<byte>(rank * SignLayout.RowLength(nIn));
                    scratch = arena.Reserve<byte>(kernel.ScratchLength);
                    twin = arena.Reserve<int>(Tokens * kernel.SumStride);
                    sums = arena.Reserve<int>(Tokens * kernel.SumStride);
                });
                FillSigns(signs, rank, nIn);
                fixed (float* x = Operands.Activations(Tokens * nIn, seed: 4))
                    for (var t = 0; t < Tokens; t++) batch.Quantize(x + t * nIn, null, nIn, t);

                kernel.RunScalar(signs, batch, Tokens, twin);
                foreach (var tokens in (int[])[1, Tokens])
                {
                    kernel.Run(signs, batch, tokens, sums, scratch);
                    for (var t = 0; t < tokens; t++)
                        comparison.Same(new ReadOnlySpan<int>(twin + t * kernel.SumStride, rank), new ReadOnlySpan<int>(sums + t * kernel.SumStride, rank), $"n_in {nIn}, rank {rank}, token {t} of {tokens}");
                }
            }
    }

    /// <summary>Looked-up sums added to outputs, for one token and several.</summary>
    public static void Expand(Comparison comparison)
    {
        const float Weight = 0.75f;
        foreach (var rank in (int[])[1, 8, 20, SignLayout.RanksPerPass])
        {
            var kernel = new GenericExpand(Outputs, rank);
            var stride = LookupTables.Stride(rank);
            byte* signs = null, planes = null, tables = null;
            float* z = null;
            using var memory = Arena.Create(arena =>
            {
                signs = arena.Reserve<byte>(rank * SignMatrix.StrideOf(Outputs));
                planes = arena.Reserve<byte>(SignPlanes.Count(rank) * Outputs);
                tables = arena.Reserve<byte>(Tokens * stride);
                z = arena.Reserve<float>(SignLayout.RanksPerPass);
            });
            FillSigns(signs, rank, Outputs);
            SignPlanes.Pack(new SignMatrix(signs, rank, Outputs), planes);
            var values = Operands.Values(Tokens * rank, seed: 5);
            for (var t = 0; t < Tokens; t++)
            {
                values.AsSpan(t * rank, rank).CopyTo(new Span<float>(z, rank));
                LookupTables.Build(z, rank, tables + t * stride);
            }

            var (twin, y) = (Operands.Values(Tokens * Outputs, seed: 6), new float[Tokens * Outputs]);
            fixed (float* scaleOut = Operands.Values(Outputs, seed: 7), twins = twin, outputs = y)
                foreach (var tokens in (int[])[1, Tokens])
                {
                    twin.CopyTo(y, 0);
                    for (var t = 0; t < tokens; t++)
                        kernel.RunScalar(planes, scaleOut, tables + t * stride, twins + t * Outputs, 0, Outputs, Weight * *(float*)(tables + t * stride + LookupTables.ScaleOffset(rank)));
                    kernel.Run(planes, scaleOut, tables, stride, tokens, outputs, 0, Outputs, Weight);
                    comparison.Same<float>(twin, y, $"rank {rank}, {tokens} tokens");
                }
        }
    }

    private static void Compare<TLanes>(in SignBatch twin, in SignBatch batch, float* x, float* scaleIn, int nIn, Comparison comparison) where TLanes : struct, ILanes<TLanes>
    {
        batch.Quantize<TLanes>(x, scaleIn, nIn, token: 0);
        var where = $"n_in {nIn}, {typeof(TLanes).Name}";
        comparison.Equal(new ReadOnlySpan<sbyte>(twin.Codes(0), twin.Width), new ReadOnlySpan<sbyte>(batch.Codes(0), batch.Width), $"{where}, codes");
        comparison.Equal(new ReadOnlySpan<int>(twin.Gains(0), SignLayout.Segments(nIn)), new ReadOnlySpan<int>(batch.Gains(0), SignLayout.Segments(nIn)), $"{where}, gains");
        comparison.Equal([twin.Total(0)], (ReadOnlySpan<int>)[batch.Total(0)], $"{where}, total");
        comparison.Equal([twin.Scale(0)], (ReadOnlySpan<float>)[batch.Scale(0)], $"{where}, scale");
    }

    /// <summary>Rows of random signs, zeros beyond the last column.</summary>
    private static void FillSigns(byte* signs, int rows, int columns)
    {
        var random = new SplitMix((ulong)(rows + columns));
        var bits = SignMatrix.Pack(rows, columns, (_, _) => (random.NextBits() & 1) != 0);
        bits.CopyTo(new Span<byte>(signs, bits.Length));
    }
}
