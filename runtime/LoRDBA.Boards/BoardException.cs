using LoRDBA.Runtime;

namespace LoRDBA.Boards;

/// <summary>What a <see cref="BoardException"/> is about.</summary>
public enum BoardError
{
    /// <summary>There is no library that drives GPIO lines.</summary>
    NoGpioLibrary,

    /// <summary>There is no GPIO chip, or the program may not open it.</summary>
    NoGpioChip,
}

/// <summary>The board lacks something that was asked for.</summary>
public sealed class BoardException : LordbaException
{
    internal BoardException(BoardError error, string message, Exception? inner = null) : base(message, inner) => Error = error;

    /// <summary>The cause.</summary>
    public BoardError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("board", Error);
}
