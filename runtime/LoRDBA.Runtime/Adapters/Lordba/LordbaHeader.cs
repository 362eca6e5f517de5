using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>What a .lordba file says about itself; its tensors apart.</summary>
public sealed record LordbaHeader
{
    /// <summary>general.name</summary>
    public required string Name { get; init; }

    /// <summary>general.license, if known.</summary>
    public string? License { get; init; }

    /// <summary>The model it was made for.</summary>
    public required LordbaBase Base { get; init; }

    /// <summary>lordba.scale_bits: bits of a scale code where a tensor was given no other; 3, 4, 8 or 16.</summary>
    public required int ScaleBits { get; init; }

    /// <summary>lordba.training.*, if the adapter was trained.</summary>
    public LordbaTraining? Training { get; init; }
}

/// <summary>The identity of a base model, as an adapter keeps it.</summary>
/// <param name="Architecture">general.architecture of the base.</param>
/// <param name="Name">lordba.base.name: for people.</param>
/// <param name="Fingerprint">lordba.base.fingerprint: <see cref="Model.Fingerprint"/>.</param>
/// <param name="TokenizerDigest">lordba.base.tokenizer_digest: <see cref="Model.TokenizerDigest"/>.</param>
/// <param name="ChatTemplateDigest">lordba.base.chat_template_digest: <see cref="Model.ChatTemplateDigest"/>. It may differ: a template
/// is often corrected later.</param>
public sealed record LordbaBase(string Architecture, string Name, Sha256Digest Fingerprint, Sha256Digest TokenizerDigest, Sha256Digest ChatTemplateDigest)
{
    /// <summary>The identity of <paramref name="model"/>.</summary>
    public static LordbaBase Of(Model model) =>
        new(model.Config.Architecture, model.Config.Name, model.Fingerprint, model.TokenizerDigest, model.ChatTemplateDigest);
}

/// <summary>How an adapter was trained.</summary>
/// <param name="Method">lordba.training.method</param>
/// <param name="DataDigest">lordba.training.data_digest: SHA-256 of the training file.</param>
/// <param name="Steps">lordba.training.steps</param>
/// <param name="NllBefore">lordba.training.nll_before: nats per completion token of held-out data, base alone.</param>
/// <param name="NllAfter">lordba.training.nll_after: the same with the adapter.</param>
public sealed record LordbaTraining(string Method, Sha256Digest DataDigest, uint Steps, float NllBefore, float NllAfter);
