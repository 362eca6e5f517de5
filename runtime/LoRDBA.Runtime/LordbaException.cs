namespace LoRDBA.Runtime;

/// <summary>
/// The base of every error that bad input or a full resource can cause. Its message is one sentence for a person:
/// what is wrong, where, and what to do. Anything else that is thrown is a defect of this library.
/// </summary>
public abstract class LordbaException : Exception
{
    /// <summary>Creates the error with a message for the user and, if there is one, its cause.</summary>
    protected LordbaException(string message, Exception? inner = null) : base(message, inner) { }
}
