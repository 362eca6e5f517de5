using System.IO.Hashing;
using System.Runtime.InteropServices;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Generated;

/// <summary>
/// The base's product on every instruction set that this processor has, against its scalar twin, to the bit. The golden value is a hash of the twins' outputs:
/// the same on every machine.
/// </summary>
internal static unsafe class BaseCheck
{
    private const int Rows = 37;
    private const int Tokens = 5;

    /// <summary>Checks all formats with kernels of their own; prints the sets and the golden value.</summary>
    public static int Run()
    {
        var golden = new XxHash64();
        var sets = Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported).ToArray();
        foreach (var format in BlockFormat.All.Where(format => MatMuls.Of(format).ReadsQuantized))
            foreach (var nIn in new[] { 256, 768 })
            {
                var weights = Weights(format, Rows * nIn);
                var random = new Random(42);
                var x = Enumerable.Range(0, Tokens * nIn).Select(i => i / 32 % 7 == 6 ? 0f : (float)(random.NextDouble() - 0.5) * (i % 29 == 0 ? 100 : 1)).ToArray();
                foreach (var tokens in new[] { 1, Tokens })
                {
                    var expected = Product(format, weights, nIn, x, tokens, InstructionSet.Scalar);
                    golden.Append(MemoryMarshal.AsBytes(expected.AsSpan()));
                    foreach (var set in sets)
                        if (!MemoryMarshal.AsBytes(Product(format, weights, nIn, x, tokens, set).AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(expected.AsSpan())))
                        {
                            Console.Error.WriteLine($"{format.Name}, n_in {nIn}, {tokens} tokens: {set} differs from its twin");
                            return 1;
                        }
                }
            }
        Console.WriteLine($"base by {string.Join(", ", sets)}, golden {golden.GetCurrentHashAsUInt64():x16}");
        return 0;
    }

    private static float[] Product(BlockFormat format, byte[] weights, int nIn, float[] x, int tokens, InstructionSet set)
    {
        QuantizedRows rows = default;
        float* scratch = null;
        using var memory = Arena.Create(arena =>
        {
            rows = QuantizedRows.Reserve(arena, tokens, nIn);
            scratch = arena.Reserve<float>(MatMul.ScratchLength(nIn));
        });
        var outputs = new float[tokens * Rows];
        fixed (byte* w = weights)
        fixed (float* from = x, y = outputs)
        {
            for (var t = 0; t < tokens; t++) rows.Quantize(from + t * nIn, t);
            MatMuls.Of(format, set).Run(new WeightMatrix(format, w, nIn, Rows), new MatMulInput(null, rows, tokens), y, 0, Rows, scratch);
        }
        return outputs;
    }

    /// <summary>Random bytes, block by block drawn again until the numbers they stand for are finite and not huge.</summary>
    private static byte[] Weights(BlockFormat format, int elements)
    {
        var random = new Random(7);
        var bytes = new byte[format.BytesFor(elements)];
        var values = new float[format.BlockLength];
        for (var at = 0; at < bytes.Length; at += format.BlockBytes)
            do
            {
                random.NextBytes(bytes.AsSpan(at, format.BlockBytes));
                format.Dequantize(bytes.AsSpan(at, format.BlockBytes), values);
            }
            while (values.Any(value => !(Math.Abs(value) < 100)));
        return bytes;
    }
}
