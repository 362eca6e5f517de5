using System.Runtime.Intrinsics;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tuning.Branches;

/// <summary>Signs of latents, trained straight through (arXiv 1308.3432): the gradient by a sign goes to its latent unchanged.</summary>
internal sealed unsafe class LatentMatrix(Parameter latents) : TunedMatrix(latents.Rows, latents.Columns)
{
    public Parameter Latents => latents;

    public override float* Gradients => latents.Gradients;

    public override long ByteLength => 2L * sizeof(float) * Rows * Columns;

    public override bool IsFloat => false;

    public override Strided Scaled(int start, int end, float* rowScales, float* columnScales, float* scratch)
    {
        var width = end - start;
        for (var row = 0; row < Rows; row++)
        {
            float* from = latents.Values + (long)row * Columns + start, to = scratch + (long)row * width;
            var scale = rowScales is null ? 1 : rowScales[row];
            var i = 0;
            for (; i <= width - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var magnitudes = Vector256.Create(scale);
                if (columnScales is not null) magnitudes *= Vector256.Load(columnScales + start + i);
                var isPlus = Vector256.GreaterThanOrEqual(Vector256.Load(from + i), Vector256<float>.Zero);
                Vector256.ConditionalSelect(isPlus, magnitudes, -magnitudes).Store(to + i);
            }
            for (; i < width; i++)
            {
                var magnitude = columnScales is null ? scale : scale * columnScales[start + i];
                to[i] = SignBranch.IsPlus(from[i]) ? magnitude : -magnitude;
            }
        }
        return new Strided(scratch, width, 1);
    }
}
