using LoRDBA.Runtime;

namespace LoRDBA.Training.Conversion;

/// <summary>The adapter cannot be converted as asked; the message says why and what would work.</summary>
public sealed class ConversionException(string message) : LordbaException(message);
