using LoRDBA.Runtime.Models;

namespace LoRDBA.Benchmarks;

/// <summary>Shapes of the models that are measured: SmolLM2-135M, and a Llama of one billion weights.</summary>
internal static class Shapes
{
    /// <summary>Attention of SmolLM2-135M; <paramref name="layers"/> as a comparison needs them, the model has 30.</summary>
    public static ModelConfig Smollm2(int layers, int contextLength) => Config("SmolLM2-135M", nEmbd: 576, nHead: 9, nHeadKv: 3, layers, contextLength);

    /// <summary>Attention of the 1B shape, which has 16 layers.</summary>
    public static ModelConfig Llama1b(int layers, int contextLength) => Config("1B", nEmbd: 2048, nHead: 32, nHeadKv: 8, layers, contextLength);

    private static ModelConfig Config(string name, int nEmbd, int nHead, int nHeadKv, int layers, int contextLength) => new()
    {
        Architecture = "llama",
        Name = name,
        NVocab = 1,
        NEmbd = nEmbd,
        NLayer = layers,
        NHead = nHead,
        NHeadKv = nHeadKv,
        HeadDim = 64,
        NFf = 1,
        RopeDim = 64,
        RopeFreqBase = 1,
        RmsEps = 1,
        ContextLength = contextLength,
    };
}
