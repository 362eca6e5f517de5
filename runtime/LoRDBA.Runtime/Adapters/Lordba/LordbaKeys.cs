namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>The metadata keys of a .lordba file, beside GGUF's general.* ones.</summary>
internal static class LordbaKeys
{
    public const string AdapterType = "adapter.type";
    public const string AdapterTypeValue = "lordba";
    public const string FormatVersion = "lordba.format_version";
    public const string BaseName = "lordba.base.name";
    public const string BaseFingerprint = "lordba.base.fingerprint";
    public const string BaseTokenizerDigest = "lordba.base.tokenizer_digest";
    public const string BaseChatTemplateDigest = "lordba.base.chat_template_digest";
    public const string Rank = "lordba.rank";
    public const string ScaleBits = "lordba.scale_bits";
    public const string TrainingMethod = "lordba.training.method";
    public const string TrainingDataDigest = "lordba.training.data_digest";
    public const string TrainingSteps = "lordba.training.steps";
    public const string TrainingNllBefore = "lordba.training.nll_before";
    public const string TrainingNllAfter = "lordba.training.nll_after";
    public const string Counter = "lordba.counter";
    public const string Digest = "lordba.digest";
    public const string SignatureKeyId = "lordba.signature.key_id";
    public const string Signature = "lordba.signature";

    /// <summary>The format that this code writes, and the only one that it reads.</summary>
    public const uint CurrentFormatVersion = 1;

    /// <summary>What a tensor's name ends in, instead of its weight's ".weight".</summary>
    public const string TensorSuffix = ".lordba";

    public const string WeightSuffix = ".weight";

    /// <summary>Bytes of an Ed25519 signature; its key is known by a SHA-256 digest.</summary>
    public const int SignatureLength = 64;
}
