namespace LoRDBA.Runtime.Adapters;

/// <summary>An adapter was refused, wholly: nothing of it was applied.</summary>
public sealed class AdapterException : LordbaException
{
    internal AdapterException(AdapterError error, string file, string field, string message, Exception? inner = null)
        : base($"{file}: {field}: {message}", inner)
    {
        Error = error;
        Field = field;
    }

    /// <summary>The cause.</summary>
    public AdapterError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("adapter", Error);

    /// <summary>What is at fault: a tensor, a key, a field of adapter_config.json, or a part of the file.</summary>
    public string Field { get; }
}
