using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.SelfTest;

/// <summary>The base's products. Shapes: a tile, part of a tile, rows that no path takes together; single tokens, four together, a batch.</summary>
internal static unsafe class ProductTests
{
    private const int Rows = 37;
    private const int MostTokens = 17;

    private static readonly int[] Inputs = [256, 768];
    private static readonly int[] Batches = [1, 5, MostTokens];

    /// <summary>A format's kernel on every instruction set against its scalar twin; the float32 kernel against the sum in double precision.</summary>
    public static void Base(BlockFormat format, Comparison comparison)
    {
        var sets = Array.FindAll(Enum.GetValues<InstructionSet>(), InstructionSets.IsSupported);
        foreach (var nIn in Inputs)
        {
            var weights = Operands.Weights(format, Rows * nIn);
            var x = Operands.Activations(MostTokens * nIn, seed: 42);
            foreach (var tokens in Batches)
            {
                if (!MatMuls.Of(format).ReadsQuantized)
                {
                    Near(format, weights, x, Run(format, weights, nIn, x, tokens, InstructionSets.Best), tokens, comparison);
                    continue;
                }
                var twin = Run(format, weights, nIn, x, tokens, InstructionSet.Scalar);
                comparison.Keep<float>(twin);
                foreach (var set in sets)
                    if (set != InstructionSet.Scalar) comparison.Equal<float>(twin, Run(format, weights, nIn, x, tokens, set), $"n_in {nIn}, {tokens} tokens, {set}");
            }
        }
    }

    private static void Near(BlockFormat format, byte[] weights, float[] x, float[] y, int tokens, Comparison comparison)
    {
        var nIn = x.Length / MostTokens;
        var values = new float[Rows * nIn];
        format.Dequantize(weights, values);
        for (var t = 0; t < tokens; t++)
            for (var row = 0; row < Rows; row++)
            {
                double sum = 0, magnitude = 0;
                for (var j = 0; j < nIn; j++)
                {
                    var product = (double)values[row * nIn + j] * x[t * nIn + j];
                    sum += product;
                    magnitude += Math.Abs(product);
                }
                comparison.Near(sum, y[t * Rows + row], 1e-5 * magnitude, $"n_in {nIn}, {tokens} tokens, row {row} of token {t}");
            }
    }

    private static float[] Run(BlockFormat format, byte[] weights, int nIn, float[] x, int tokens, InstructionSet set)
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
            MatMuls.Of(format, set).Run(new WeightMatrix(format, w, nIn, Rows), new MatMulInput(from, rows, tokens), y, 0, Rows, scratch);
        }
        return outputs;
    }
}
