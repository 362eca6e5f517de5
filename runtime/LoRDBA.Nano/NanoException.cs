using System;

namespace LoRDBA.Nano
{
    /// <summary>Bad input: the message says what is wrong, where, and what to do. Nothing else is thrown for the content of a blob or a text.</summary>
    public sealed class NanoException : Exception
    {
        /// <summary>Creates the error with its message.</summary>
        public NanoException(string message) : base(message)
        {
        }
    }
}
