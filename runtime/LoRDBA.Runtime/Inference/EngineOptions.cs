using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Inference;

/// <summary>Sees what the linears of an input are given, before they are computed.</summary>
/// <param name="group">The linears.</param>
/// <param name="inputs">[tokens][n_in], valid during the call.</param>
public delegate void InputObserver(InputGroup group, ReadOnlySpan<float> inputs);

/// <summary>What an engine is created with; together with the model's shapes it fixes the memory of a step.</summary>
public sealed record EngineOptions
{
    /// <summary>Worker threads, the calling one among them; 1 to 256.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Tokens that go through the layers together, 1 to 4096. Null: as many as fit 5 MB, between 48 and 512: the weights are unpacked
    /// once for
    /// all of them, which costs about as much as 15 of them.
    /// </summary>
    public int? BatchLength { get; init; }

    /// <summary>Logits that one step can give, 1 to 4096, [n_vocab] floats each: at least as many as sequences that decode
    /// together.</summary>
    public int LogitRows { get; init; } = 8;

    /// <summary>Kernels that the source generator made for the adapters of this program; null for the generic ones alone.</summary>
    public SignKernels? Kernels { get; init; }

    /// <summary>Refuse an adapter that needs a shape or rank which <see cref="Kernels"/> lacks, instead of serving it by the generic
    /// kernels.</summary>
    public bool StrictKernels { get; init; }

    /// <summary>
    /// Compute every product in float32 from dequantized weights, and keep keys and values so: slow, and what the fast path is compared
    /// with.
    /// </summary>
    public bool Oracle { get; init; }

    /// <summary>Called on the stepping thread, once per batch for each input of each layer; null for nobody. What it throws ends the
    /// step.</summary>
    public InputObserver? Observer { get; init; }
}
