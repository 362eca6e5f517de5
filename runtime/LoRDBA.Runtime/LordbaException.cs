using System.Text;

namespace LoRDBA.Runtime;

/// <summary>
/// The base of every error that bad input or a full resource can cause. Its message is one sentence for a person:
/// what is wrong, where, and what to do. Anything else that is thrown is a defect of this library.
/// </summary>
public abstract class LordbaException : Exception
{
    /// <summary>Creates the error with a message for the user and, if there is one, its cause.</summary>
    protected LordbaException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>
    /// The cause for a program: a domain, a dot, and the cause in lower-case words, such as <c>adapter.digest-mismatch</c>. It stays
    /// the same across versions, whatever becomes of the message.
    /// </summary>
    public abstract string Code { get; }

    /// <summary>The code of a cause that an enumeration lists: <c>BadMagic</c> of the domain <c>gguf</c> is <c>gguf.bad-magic</c>.</summary>
    /// <param name="domain">Lower-case letters: what the error is about.</param>
    /// <param name="cause">A value that the enumeration names.</param>
    protected static string CodeOf<TCause>(string domain, TCause cause) where TCause : struct, Enum
    {
        var code = new StringBuilder(domain).Append('.');
        foreach (var (i, letter) in cause.ToString().Index())
        {
            if (i > 0 && char.IsAsciiLetterUpper(letter)) code.Append('-');
            code.Append(char.ToLowerInvariant(letter));
        }
        return code.ToString();
    }
}
