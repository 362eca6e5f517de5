using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Classifiers;

/// <summary>What <see cref="ClassifierTrainer"/> runs epochs with: the layer of signs, or a dense one.</summary>
internal interface ITrainable
{
    /// <summary>All that is moved.</summary>
    Parameter[] Parameters { get; }

    /// <summary>Forward and backward of one sample: adds to the gradients.</summary>
    /// <param name="channels">Its n-grams.</param>
    /// <param name="logits">[classes] scratch.</param>
    /// <param name="target">Its class.</param>
    /// <param name="samples">Samples of the batch, over which the loss is a mean.</param>
    void Pass(ReadOnlySpan<int> channels, float[] logits, int target, int samples);

    /// <summary>Follows every change of the parameters.</summary>
    void AfterStep();
}
