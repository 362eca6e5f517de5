using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tuning.Branches;

/// <summary>
/// Signs without latents (arXiv 1906.02107): a bit each, and one decaying average of the gradient, into which the way back adds directly.
/// </summary>
internal sealed unsafe class BitMatrix : TunedMatrix
{
    private readonly byte[] bits;
    private readonly float[] average;

    public BitMatrix(int rows, int columns) : base(rows, columns)
    {
        bits = new byte[((long)rows * columns + 7) / 8];
        average = GC.AllocateArray<float>(checked(rows * columns), pinned: true);
    }

    /// <summary>[rows · columns]: the decaying average of the gradient.</summary>
    public Span<float> Average => average;

    /// <summary>Sign i is bit (i &amp; 7) of byte i >> 3, 1 for +1.</summary>
    public Span<byte> Bits => bits;

    public override float* Gradients => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(average));

    public override long ByteLength => bits.Length + (long)sizeof(float) * average.Length;

    public override bool IsFloat => false;

    public bool IsPlus(int index) => (bits[index >> 3] >> (index & 7) & 1) != 0;

    public void Flip(int index) => bits[index >> 3] ^= (byte)(1 << (index & 7));

    public override Strided Scaled(int start, int end, float* rowScales, float* columnScales, float* scratch)
    {
        var width = end - start;
        for (var row = 0; row < Rows; row++)
        {
            var to = scratch + (long)row * width;
            var scale = rowScales is null ? 1 : rowScales[row];
            var i = 0;
            // Eight signs of one byte at a time, where they begin with a byte.
            for (; (row * Columns + start & 7) == 0 && i <= width - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var magnitudes = Vector256.Create(scale);
                if (columnScales is not null) magnitudes *= Vector256.Load(columnScales + start + i);
                var places = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
                var isPlus = Vector256.Equals(Vector256.Create((int)bits[row * Columns + start + i >> 3]) & places, places).AsSingle();
                Vector256.ConditionalSelect(isPlus, magnitudes, -magnitudes).Store(to + i);
            }
            for (var index = row * Columns + start + i; i < width; i++, index++)
            {
                var magnitude = columnScales is null ? scale : scale * columnScales[start + i];
                to[i] = IsPlus(index) ? magnitude : -magnitude;
            }
        }
        return new Strided(scratch, width, 1);
    }
}
