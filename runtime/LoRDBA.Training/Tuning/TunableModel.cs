using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Tuning;

/// <summary>Which models can be tuned: those whose every step has its way back in <see cref="TuningPass"/>.</summary>
internal static class TunableModel
{
    /// <exception cref="TuningException">A step is missing; the message names it.</exception>
    public static void Check(Model model)
    {
        var (config, family) = (model.Config, model.Config.Family);
        void Require(bool condition, string what)
        {
            if (!condition)
                throw new TuningException(TuningError.UnsupportedModel, $"{config.Name} ({config.Architecture}) has {what}, through which adapters cannot be tuned yet. Convert an adapter that was trained elsewhere.");
        }

        Require(family.Norms == BlockNorms.Before, "norms behind its blocks");
        Require(family.QkNorm == QkNorm.None, "norms of queries and keys");
        Require(family.Activation == Activation.Silu, "another gate than silu");
        Require(config.Window == 0, "layers with a window");
        Require(config.ResidualScale == 1 && config.LogitScale == 1, "scaled blocks or logits");
        Require(config.AttentionSoftCap == 0 && config.LogitSoftCap == 0, "soft caps");
    }
}
