namespace LoRDBA.Runtime.Adapters;

/// <summary>Why an adapter was refused: one code per cause, stable across versions.</summary>
public enum AdapterError
{
    /// <summary>There is nothing at the path, or the operating system did not let it be read.</summary>
    CannotOpen,
    /// <summary>Neither a folder with an adapter nor a .lordba file nor a GGUF LoRA.</summary>
    UnknownKind,
    /// <summary>Of a kind that the program's <see cref="AdapterPolicy"/> does not allow.</summary>
    NotAllowed,

    // .lordba: the file

    /// <summary>A GGUF file, but not a LoRDBA adapter.</summary>
    NotLordba,
    /// <summary>More than 1 MiB before the first tensor.</summary>
    HeaderTooLarge,
    /// <summary>Not GGUF version 3 with an alignment of 32 bytes.</summary>
    BadContainer,
    /// <summary>A <c>lordba.format_version</c> that this reader does not know.</summary>
    UnknownFormatVersion,
    /// <summary>The four trust keys are not the last ones, in their order and of their lengths, or an unsigned file carries a
    /// signature.</summary>
    BadTrustArea,
    /// <summary>The content is not what the digest was taken of: the file is damaged or was changed.</summary>
    DigestMismatch,
    /// <summary>A metadata value lies outside its list.</summary>
    BadMetadata,
    /// <summary>The adapter adapts nothing.</summary>
    NoTensors,

    // .lordba: a tensor

    /// <summary>Not one-dimensional I8, or shorter than its header.</summary>
    BadTensorType,
    /// <summary>A tensor whose name does not end in <c>.lordba</c>.</summary>
    BadTensorName,
    /// <summary>The reserved field of the header is not zero.</summary>
    ReservedNotZero,
    /// <summary>A rank that is not in the range.</summary>
    BadRank,
    /// <summary>n_in or n_out is 0 or absurd.</summary>
    BadShape,
    /// <summary>Bits of a scale code that are not in the list.</summary>
    BadScaleBits,
    /// <summary>The tensor is longer or shorter than its shape, rank and codes ask for.</summary>
    WrongLength,
    /// <summary>A range of a scale code that leaves the finite numbers, or one where none belongs.</summary>
    BadScaleRange,
    /// <summary>A scale that is not finite or is negative.</summary>
    BadScale,
    /// <summary>A byte or bit that belongs to nothing is not zero.</summary>
    PaddingNotZero,

    // against the model

    /// <summary>Made for another base model.</summary>
    WrongBase,
    /// <summary>Made for this base with another vocabulary.</summary>
    WrongTokenizer,
    /// <summary>A tensor that matches no linear of the base.</summary>
    UnknownTensor,
    /// <summary>A tensor whose shape is not that of its linear.</summary>
    ShapeMismatch,
    /// <summary>An adapted head where the base's head is its embedding.</summary>
    TiedOutput,

    // PEFT: adapter_config.json

    /// <summary>adapter_config.json is no JSON object, or a field has the wrong type.</summary>
    BadConfig,
    /// <summary>A field that is needed is absent.</summary>
    MissingField,
    /// <summary>Not a LoRA, or a LoRA with a part that is not supported; the field names it.</summary>
    Unsupported,

    // PEFT: adapter_model.safetensors

    /// <summary>The header is no JSON object of tensors, or longer than the file or than 100 MB.</summary>
    BadSafetensorsHeader,
    /// <summary>Tensors overlap, leave a gap, do not cover the file, or do not have the bytes that their shape asks for.</summary>
    BadSafetensorsOffsets,
    /// <summary>A tensor's type is none of F32, F16 and BF16.</summary>
    UnsupportedTensorType,
    /// <summary>lora_A without lora_B or the reverse.</summary>
    MissingPair,
    /// <summary>A tensor's rank is not the one that adapter_config.json gives it.</summary>
    RankMismatch,
    /// <summary>A value that is not finite.</summary>
    NonFiniteValue,
    /// <summary>Two tensors are the same factor of one module.</summary>
    DuplicateTensor,

    // lordba_qat_dbf: adapter_model.bin

    /// <summary>No ZIP archive of stored entries as torch.save writes it, or an entry is missing or cut.</summary>
    BadArchive,
    /// <summary>The pickle in the archive is cut, or not of the form in which tensors are saved.</summary>
    BadPickle,
    /// <summary>The pickle names a function or class that is none of those of tensors: it could run code.</summary>
    UnsafePickle,
}
