using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tuning.Branches;

/// <summary>A factor of a LoRA. It has no scales beside it.</summary>
internal sealed unsafe class FloatMatrix(Parameter values) : TunedMatrix(values.Rows, values.Columns)
{
    public Parameter Values => values;

    public override float* Gradients => values.Gradients;

    public override long ByteLength => 2L * sizeof(float) * Rows * Columns;

    public override bool IsFloat => true;

    public override Strided Scaled(int start, int end, float* rowScales, float* columnScales, float* scratch) => new(values.Values + start, Columns, 1);
}
