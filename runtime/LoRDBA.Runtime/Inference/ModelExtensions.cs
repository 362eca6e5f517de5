using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Inference;

/// <summary>The ways to run a model.</summary>
public static class ModelExtensions
{
    /// <summary>Makes what runs the model: worker threads and the scratch memory of a step, for any number of sequences.</summary>
    /// <exception cref="EngineException">An option lies outside its range, or its kernels are not for this base or processor.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static Engine CreateEngine(this Model model, EngineOptions? options = null) => new(model, options);

    /// <summary>Starts a single conversation, with an engine of its own that goes when the conversation goes.</summary>
    /// <param name="model">The base.</param>
    /// <param name="options">Its context.</param>
    /// <param name="engineOptions">Its engine.</param>
    /// <exception cref="EngineException">An option lies outside its range, or the kernels are not for this base or processor.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static Sequence CreateSequence(this Model model, SequenceOptions? options = null, EngineOptions? engineOptions = null)
    {
        using var engine = new Engine(model, engineOptions);
        return engine.CreateSequence(options);
    }
}
