namespace LoRDBA.Runtime.Models;

/// <summary>The file is sound GGUF, but not a model that this engine can run.</summary>
public sealed class ModelException : LordbaException
{
    internal ModelException(string file, string field, string message) : base($"{file}: {message}") => Field = field;

    /// <summary>The metadata key or the tensor at fault.</summary>
    public string Field { get; }
}
