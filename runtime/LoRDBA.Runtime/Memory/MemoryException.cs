namespace LoRDBA.Runtime.Memory;

/// <summary>The system does not have the memory that something needs; the message says what and how much. Everything is as it was.</summary>
public sealed class MemoryException : LordbaException
{
    /// <param name="what">What needs it, such as "a context of 4096 tokens".</param>
    /// <param name="byteLength">How much.</param>
    /// <param name="cause">The system's error.</param>
    internal MemoryException(string what, long byteLength, OutOfMemoryException cause)
        : base(FormattableString.Invariant($"The system does not give the {byteLength:N0} bytes of memory for {what}: take a shorter context, fewer sequences or a smaller model."), cause) =>
        ByteLength = byteLength;

    /// <summary>Bytes that were asked for.</summary>
    public long ByteLength { get; }

    /// <inheritdoc/>
    public override string Code => "memory.exhausted";
}
