using System.Globalization;
using Microsoft.CodeAnalysis;

namespace LoRDBA.Generator.Tests.Diagnostics;

/// <summary>A diagnostic in one line, with line and column from 1, as compilers print it.</summary>
internal static class Told
{
    public static string Text(Diagnostic diagnostic)
    {
        var span = diagnostic.Location.GetLineSpan();
        return $"{span.Path}({span.StartLinePosition.Line + 1},{span.StartLinePosition.Character + 1}): {diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}";
    }
}
