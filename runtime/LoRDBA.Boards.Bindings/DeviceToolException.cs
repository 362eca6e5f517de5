using LoRDBA.Runtime;

namespace LoRDBA.Boards.Bindings;

/// <summary>Why a device tool was not called, or failed.</summary>
public enum DeviceToolError
{
    /// <summary>The call is no JSON object with a name and arguments.</summary>
    WrongCall,

    /// <summary>No tool has this name.</summary>
    UnknownTool,

    /// <summary>An argument is missing, unknown, of another type, or outside its range. The device was not touched.</summary>
    WrongArguments,

    /// <summary>The device did not answer.</summary>
    DeviceFailed,
}

/// <summary>A device tool was not called, or failed. The message says what to correct, so it can be given back to the model.</summary>
public sealed class DeviceToolException : LordbaException
{
    internal DeviceToolException(DeviceToolError error, string message, Exception? inner = null) : base(message, inner) => Error = error;

    /// <summary>The cause.</summary>
    public DeviceToolError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("device-tool", Error);
}
