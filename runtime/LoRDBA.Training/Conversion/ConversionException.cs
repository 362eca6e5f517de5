using LoRDBA.Runtime;
using LoRDBA.Runtime.Adapters;

namespace LoRDBA.Training.Conversion;

/// <summary>Why an adapter was not converted.</summary>
public enum ConversionError
{
    /// <summary>The adapter is no LoRA: its factors are signs already.</summary>
    NoLora,
    /// <summary>The adapter changes nothing: all of its updates are zero.</summary>
    NoUpdate,
    /// <summary>There is no text to calibrate with.</summary>
    NoText,
    /// <summary>A number of bits that scales cannot have.</summary>
    BadScaleBits,
    /// <summary>A rank that a .lordba file cannot have.</summary>
    BadRank,
    /// <summary>Not even rank 1 everywhere fits into the size asked for.</summary>
    SizeTooSmall,
}

/// <summary>The adapter cannot be converted as asked; the message says why and what would work.</summary>
public sealed class ConversionException : LordbaException
{
    internal ConversionException(ConversionError error, string message) : base(message) => Error = error;

    /// <summary>The cause.</summary>
    public ConversionError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("conversion", Error);

    /// <summary>Refuses a .lordba: what is made of real factors cannot be made of signs.</summary>
    /// <param name="adapter">What has to be a LoRA.</param>
    /// <param name="purpose">What only LoRAs can be, for example "converted".</param>
    /// <exception cref="ConversionException">It is none.</exception>
    public static void ThrowUnlessLora(Adapter adapter, string purpose)
    {
        if (adapter.Kind != AdapterKind.Lora)
            throw new ConversionException(ConversionError.NoLora, $"{adapter.Name} is no LoRA: only LoRAs can be {purpose}. Give the LoRA that these signs were made of.");
    }
}
