using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Kernels.Signs;

/// <summary>Random operands of one shrink or expand product, each ending at a guard page, and what they give in the scalar twin and in float64.</summary>
internal sealed unsafe class SignCase : IDisposable
{
    private readonly List<GuardedMemory> memories = [];
    private readonly Random random;
    private readonly SignMatrix matrix;

    private SignCase(int rank, int columns, int tokens, int seed)
    {
        (Rank, Columns, Tokens, random) = (rank, columns, tokens, new Random(seed));
        var bits = Memory(rank * SignMatrix.StrideOf(columns));
        random.NextBytes(new Span<byte>(bits.Bytes, bits.Length));
        for (var row = 0; row < rank; row++)
            for (var column = columns; column < 8 * SignMatrix.StrideOf(columns); column++)
                bits.Bytes[row * SignMatrix.StrideOf(columns) + (column >> 3)] &= (byte)~(1 << (column & 7));
        matrix = new SignMatrix(bits.Bytes, rank, columns);
    }

    public int Rank { get; }
    public int Columns { get; }
    public int Tokens { get; }
    public byte* Signs => matrix.Bits;

    // Shrink: signs [rank][n_in], activations [tokens][n_in]
    public float[] X { get; private set; } = [];
    public SignBatch Batch { get; private set; }

    // Expand: planes, s_out [n_out], z [tokens], y [tokens][n_out]
    public byte* Planes { get; private set; }
    public float* ScaleOut { get; private set; }
    public byte* Tables { get; private set; }
    public float[] Z { get; private set; } = [];
    public int ZStride => LookupTables.Stride(Rank);
    public float[] Y { get; private set; } = [];

    /// <summary>Activations with an outlier, quantized.</summary>
    public static SignCase Shrink(int nIn, int rank, int tokens, int seed)
    {
        var c = new SignCase(rank, nIn, tokens, seed);
        var width = SignLayout.Width(nIn);
        var batch = new SignBatch(
            width, (sbyte*)c.Memory(tokens * width).Bytes, c.Memory(tokens * width / SignLayout.SegmentLength * sizeof(int)).Ints, c.Memory(tokens * sizeof(int)).Ints, c.Memory(tokens * sizeof(float)).Floats);
        c.X = c.Values(tokens * nIn);
        for (var t = 0; t < tokens; t++) c.X[t * nIn + c.random.Next(nIn)] *= 30;
        fixed (float* x = c.X)
            for (var t = 0; t < tokens; t++) batch.Quantize(x + t * nIn, null, nIn, t);
        c.Batch = batch;
        return c;
    }

    /// <summary>Signs as planes, z as tables.</summary>
    public static SignCase Expand(int nOut, int rank, int tokens, int seed)
    {
        var c = new SignCase(rank, nOut, tokens, seed);
        c.Planes = c.Memory(SignPlanes.Count(rank) * nOut).Bytes;
        SignPlanes.Pack(c.matrix, c.Planes);
        var scale = c.Memory(nOut * sizeof(float));
        c.Values(nOut).CopyTo(new Span<float>(scale.Floats, nOut));
        c.ScaleOut = scale.Floats;
        c.Tables = c.Memory(tokens * c.ZStride).Bytes;
        c.Z = c.Values(tokens * rank);
        var padded = stackalloc float[72];
        for (var t = 0; t < tokens; t++)
        {
            c.Z.AsSpan(t * rank, rank).CopyTo(new Span<float>(padded, rank));
            LookupTables.Build(padded, rank, c.Tables + t * c.ZStride);
        }
        c.Y = c.Values(tokens * nOut);
        return c;
    }

    public int Sign(int row, int column) => matrix[row, column];

    /// <summary>What a kernel makes of it: [tokens][rank].</summary>
    public int[] Run(ShrinkKernel kernel) => Run(kernel, Tokens).Sums;

    /// <summary>What a kernel makes of the first tokens, and the bytes that it allocated meanwhile.</summary>
    public (int[] Sums, long Allocated) Run(ShrinkKernel kernel, int tokens)
    {
        using var sums = new GuardedMemory(tokens * kernel.SumStride * sizeof(int));
        using var scratch = new GuardedMemory(kernel.ScratchLength);
        var before = GC.GetAllocatedBytesForCurrentThread();
        kernel.Run(Signs, Batch, tokens, sums.Ints, scratch.Bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return (Valid(sums, kernel.SumStride, tokens), allocated);
    }

    /// <summary>The scalar twin's sums.</summary>
    public int[] RunScalar(GenericShrink kernel)
    {
        using var sums = new GuardedMemory(Tokens * kernel.SumStride * sizeof(int));
        kernel.RunScalar(Signs, Batch, Tokens, sums.Ints);
        return Valid(sums, kernel.SumStride, Tokens);
    }

    /// <summary>What a kernel makes of y: [tokens][n_out].</summary>
    public float[] Run(ExpandKernel kernel, float weight, int rowStart, int rowEnd) => Run(kernel, weight, rowStart, rowEnd, Tokens).Y;

    /// <summary>What a kernel makes of the first tokens' y, and the bytes that it allocated meanwhile.</summary>
    public (float[] Y, long Allocated) Run(ExpandKernel kernel, float weight, int rowStart, int rowEnd, int tokens)
    {
        using var y = GuardedMemory.OfFloats(Y.AsSpan(0, tokens * Columns));
        var before = GC.GetAllocatedBytesForCurrentThread();
        kernel.Run(Planes, ScaleOut, Tables, ZStride, tokens, y.Floats, rowStart, rowEnd, weight);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return (new Span<float>(y.Floats, tokens * Columns).ToArray(), allocated);
    }

    /// <summary>The scalar twin's y.</summary>
    public float[] RunScalar(GenericExpand kernel, float weight, int rowStart, int rowEnd)
    {
        var result = (float[])Y.Clone();
        fixed (float* y = result)
            for (var t = 0; t < Tokens; t++)
            {
                var z = Tables + t * ZStride;
                kernel.RunScalar(Planes, ScaleOut, z, y + t * Columns, rowStart, rowEnd, weight * *(float*)(z + LookupTables.ScaleOffset(Rank)));
            }
        return result;
    }

    public void Dispose()
    {
        foreach (var memory in memories) memory.Dispose();
    }

    public GuardedMemory Memory(int length)
    {
        var memory = new GuardedMemory(length);
        memories.Add(memory);
        return memory;
    }

    private int[] Valid(GuardedMemory sums, int stride, int tokens) =>
        [.. Enumerable.Range(0, tokens * Rank).Select(i => sums.Ints[i / Rank * stride + i % Rank])];

    private float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
}
