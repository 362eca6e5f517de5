namespace LoRDBA.Runtime.Quantization;

/// <summary>The model cannot be written in the format as asked; the message says why and what would work.</summary>
public sealed class QuantizationException(string message) : LordbaException(message);
