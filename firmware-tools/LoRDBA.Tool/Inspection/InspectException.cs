using LoRDBA.Runtime;

namespace LoRDBA.Tool.Inspection;

/// <summary>A file lacks what was asked of it; the message names both.</summary>
internal sealed class InspectException(string message) : LordbaException(message);
