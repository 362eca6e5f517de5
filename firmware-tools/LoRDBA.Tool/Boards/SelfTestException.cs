using LoRDBA.Runtime;

namespace LoRDBA.Tool.Boards;

/// <summary>A kernel computes something else on this processor than everywhere.</summary>
internal sealed class SelfTestException(string message) : LordbaException(message)
{
    /// <inheritdoc/>
    public override string Code => "selftest.failed";
}
