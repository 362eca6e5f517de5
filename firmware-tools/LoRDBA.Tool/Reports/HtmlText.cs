using System.Net;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Reports;

/// <summary>Text of a file within a page: no mark-up of its own, nothing hidden.</summary>
internal static class HtmlText
{
    /// <summary>Encodes it for an element or a quoted attribute.</summary>
    public static string Of(string text) => WebUtility.HtmlEncode(VisibleText.Of(text));
}
