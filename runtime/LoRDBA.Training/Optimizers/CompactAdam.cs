using System.Numerics.Tensors;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Optimizers;

/// <summary>
/// Adam with its state in 3 bytes per number instead of 8: the first moment in 8 bits, block by block (arXiv 2110.02861, section 2), the second in
/// the upper half of a float32. β₁ = 0.9, β₂ = 0.98, ε = 1e-8.
/// </summary>
/// <remarks>
/// A block of 256 first moments shares its largest. Codes are square roots, which are finer where moments are small:
/// <code>
///   m = sign · largest · (code / 127)²         int8; the smallest is 1/16 129 of the largest
/// </code>
/// The second moment falls by a fiftieth per step. Neighbouring codes of 8 bits are further apart than that, so it would never fall; those of
/// 16 bits lie 1/256 to 1/128 apart.
/// </remarks>
internal sealed class CompactAdam
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.98f;
    private const float Epsilon = 1e-8f;
    private const int Block = 256;

    private readonly IReadOnlyList<Parameter> parameters;
    private readonly sbyte[][] first;
    private readonly ushort[][] second;
    private readonly float[][] largestFirst;

    /// <summary>Moments of zero.</summary>
    /// <param name="parameters">What is moved, none of it frozen.</param>
    public CompactAdam(IReadOnlyList<Parameter> parameters)
    {
        this.parameters = parameters;
        first = [.. parameters.Select(parameter => new sbyte[parameter.Value.Length])];
        second = [.. parameters.Select(parameter => new ushort[parameter.Value.Length])];
        largestFirst = [.. parameters.Select(parameter => new float[Blocks(parameter)])];
    }

    /// <summary>Steps that were made.</summary>
    public int Steps { get; private set; }

    /// <summary>Bytes of the state.</summary>
    public long ByteLength => parameters.Sum(parameter => 3L * parameter.Value.Length + (long)sizeof(float) * Blocks(parameter));

    /// <summary>Moves every parameter by its gradient, which stays as it is.</summary>
    /// <param name="rate">The learning rate of this step.</param>
    public void Step(float rate)
    {
        Steps++;
        var (factor1, factor2) = (-rate / (1 - MathF.Pow(Beta1, Steps)), 1 / (1 - MathF.Pow(Beta2, Steps)));
        for (var i = 0; i < parameters.Count; i++)
            for (var block = 0; block < largestFirst[i].Length; block++)
            {
                var start = block * Block;
                var n = Math.Min(Block, parameters[i].Value.Length - start);
                Move(
                    parameters[i].Value.Slice(start, n), parameters[i].Gradient.Slice(start, n), first[i].AsSpan(start, n), second[i].AsSpan(start, n),
                    ref largestFirst[i][block], factor1, factor2);
            }
    }

    /// <summary>Reads or writes the whole state, for a checkpoint.</summary>
    public void Transfer(StateTransfer transfer)
    {
        Steps = transfer.Number(Steps);
        for (var i = 0; i < first.Length; i++)
        {
            transfer.Array(first[i]);
            transfer.Array(second[i]);
            transfer.Array(largestFirst[i]);
        }
    }

    private static int Blocks(Parameter parameter) => (parameter.Value.Length + Block - 1) / Block;

    private static void Move(
        Span<float> value, ReadOnlySpan<float> gradient, Span<sbyte> first, Span<ushort> second, ref float largestFirst, float factor1, float factor2)
    {
        Span<float> m = stackalloc float[Block], v = stackalloc float[Block], step = stackalloc float[Block];
        m = m[..value.Length];
        v = v[..value.Length];
        step = step[..value.Length];
        for (var i = 0; i < value.Length; i++)
        {
            var root = first[i] * (1f / 127);
            m[i] = Beta1 * root * Math.Abs(root) * largestFirst + (1 - Beta1) * gradient[i];
            v[i] = Beta2 * BitConverter.UInt32BitsToSingle((uint)second[i] << 16) + (1 - Beta2) * gradient[i] * gradient[i];
        }

        TensorPrimitives.Multiply(v, factor2, step);
        TensorPrimitives.Sqrt(step, step);
        TensorPrimitives.Add(step, Epsilon, step);
        TensorPrimitives.Divide(m, step, step);
        TensorPrimitives.MultiplyAdd(step, factor1, value, value);

        largestFirst = Math.Abs(TensorPrimitives.MaxMagnitude<float>(m));
        var inverse = largestFirst > 0 ? 1 / largestFirst : 0;
        for (var i = 0; i < value.Length; i++)
        {
            first[i] = (sbyte)MathF.CopySign(MathF.Round(127 * MathF.Sqrt(Math.Abs(m[i]) * inverse)), m[i]);
            second[i] = (ushort)(BitConverter.SingleToUInt32Bits(v[i]) + 0x8000 >> 16);
        }
    }
}
