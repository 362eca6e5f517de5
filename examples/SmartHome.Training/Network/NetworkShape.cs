using LoRDBA.Training.Backward;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>The tiny llama of the example. Every linear's row is a multiple of 32 long, so that it fits Q8_0 blocks.</summary>
internal sealed record NetworkShape
{
    public int NVocab { get; init; } = 1024;

    public int NEmbd { get; init; } = 128;

    public int NLayer { get; init; } = 6;

    public int NHead { get; init; } = 4;

    public int NHeadKv { get; init; } = 2;

    public int HeadDim { get; init; } = 32;

    public int NFf { get; init; } = 384;

    public AttentionShape Attention => new(NHead, NHeadKv, HeadDim);

    public float RopeBase { get; init; } = 10000;

    public float RmsEps { get; init; } = 1e-5f;

    public int ContextLength { get; init; } = 256;
}
