namespace LoRDBA.Runtime.Gguf;

/// <summary>A GGUF file was refused as a whole, or lacks something that was asked of it.</summary>
public sealed class GgufException : LordbaException
{
    internal GgufException(GgufError error, string file, long offset, string field, string message, Exception? inner = null)
        : base($"{file}: {field}, at byte {offset}: {message}", inner)
    {
        Error = error;
        Offset = offset;
        Field = field;
    }

    /// <summary>The cause.</summary>
    public GgufError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("gguf", Error);

    /// <summary>Where in the file the offending field begins, in bytes.</summary>
    public long Offset { get; }

    /// <summary>What the offending bytes are: a part of the header, a metadata key, or a tensor and its part.</summary>
    public string Field { get; }
}
