using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Tuning;

/// <summary>Refuses samples that a step could not take, before anything is made.</summary>
internal static class SampleCheck
{
    /// <param name="model">The base.</param>
    /// <param name="samples">All of one kind.</param>
    /// <param name="purpose">What they are for, for the message.</param>
    /// <exception cref="TuningException">There is none, or one does not fit the model; the message tells which.</exception>
    public static void Check(Model model, IReadOnlyList<TuningSample> samples, string purpose)
    {
        if (samples.Count == 0) throw new TuningException(TuningError.NoData, $"There is no sample to {purpose}.");
        for (var i = 0; i < samples.Count; i++)
        {
            var sample = samples[i];
            if (sample.Prompt.Length == 0 || sample.Completion.Length == 0)
                throw new TuningException(TuningError.BadSample, $"Sample {i} to {purpose} has no prompt or no completion; each needs a token.");
            if (sample.Length > model.Config.ContextLength)
                throw new TuningException(TuningError.TooLong, $"Sample {i} to {purpose} has {sample.Length + 1} tokens; the model takes {model.Config.ContextLength + 1}.");
            foreach (var token in (ReadOnlySpan<int>)[.. sample.Prompt, .. sample.Completion])
                if ((uint)token >= (uint)model.Config.NVocab)
                    throw new TuningException(TuningError.BadSample, $"Sample {i} to {purpose} has the token {token}; the vocabulary has {model.Config.NVocab}.");
        }
    }
}
