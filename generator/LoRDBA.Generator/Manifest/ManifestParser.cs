using System.Globalization;
using LoRDBA.Generator.Diagnostics;
using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Manifest;

/// <summary>What a manifest says.</summary>
/// <param name="Base">The model whose shapes these are.</param>
/// <param name="Linears">Of all adapters, in the order of the file.</param>
internal sealed record ManifestContent(BaseSpec Base, EquatableArray<LinearSpec> Linears);

/// <summary>
/// Reads the manifest that <c>lordba manifest</c> writes: text in, values and complaints out.
/// <code>
/// lordba-shapes 1
/// base SmolLM2-135M-Instruct
/// fingerprint 33cd0a7e...                                          (64 hexadecimal digits)
/// adapter home-en                                                  (optional; several names share what follows)
/// #      linear       input       n_in  n_out  rank  scale_in
/// linear blk.0.attn_q blk.0.attn  576   576    16    no
/// </code>
/// </summary>
internal sealed class ManifestParser
{
    private const string Magic = "lordba-shapes";
    private const string Version = "1";
    private const int LinearColumns = 6;

    private readonly string path;
    private readonly List<DiagnosticInfo> errors = [];
    private readonly List<LinearSpec> linears = [];
    private readonly HashSet<string> namesOfAdapter = [];
    private string? baseName;
    private string? fingerprint;
    private int adapter;

    private ManifestParser(string path) => this.path = path;

    /// <summary>Reads a manifest's text; all that is wrong is told, not only the first.</summary>
    /// <param name="path">Of the file, for the places of complaints.</param>
    /// <param name="text">Its content.</param>
    public static Result<ManifestContent> Parse(string path, string text)
    {
        var parser = new ManifestParser(path);
        parser.Read(text);
        return Result<ManifestContent>.Of(new(new(parser.baseName ?? "", parser.fingerprint ?? ""), parser.linears.ToEquatableArray()), parser.errors);
    }

    private void Read(string text)
    {
        var isFirst = true;
        foreach (var line in ManifestLine.Of(path, text))
        {
            if (isFirst && (line.Keyword != Magic || line.Rest != Version))
            {
                Report(Rules.NotAManifest, line.Whole, $"{line.Keyword} {line.Rest}".TrimEnd());
                return;
            }
            if (!isFirst) ReadLine(line);
            isFirst = false;
        }
        if (isFirst) Report(Rules.NotAManifest, Place.StartOf(path), "");
        else Close();
    }

    private void ReadLine(ManifestLine line)
    {
        switch (line.Keyword)
        {
            case "base":
                Header(line, ref baseName, line.Rest);
                break;
            case "fingerprint":
                var digits = line.Rest.ToLowerInvariant();
                if (!IsFingerprint(digits)) Report(Rules.WrongFingerprint, line.Whole, line.Rest);
                Header(line, ref fingerprint, digits);
                break;
            case "adapter":
                // Adapter lines in a row name the same linears.
                if (namesOfAdapter.Count > 0) adapter++;
                namesOfAdapter.Clear();
                break;
            case "linear":
                ReadLinear(line);
                break;
            default:
                Report(Rules.UnknownLine, line.At(line.Words[0]), line.Keyword);
                break;
        }
    }

    private void Header(ManifestLine line, ref string? field, string value)
    {
        if (line.Words.Count == 1) Report(Rules.WrongColumns, line.Whole, line.Keyword, "one text", "none");
        if (field is not null) Report(Rules.WrongHeader, line.Whole, line.Keyword, "another before");
        field = value;
    }

    private void ReadLinear(ManifestLine line)
    {
        var columns = line.Words.Skip(1).ToArray();
        if (columns.Length != LinearColumns)
        {
            Report(Rules.WrongColumns, line.Whole, "linear", $"{LinearColumns} columns", $"{columns.Length}");
            return;
        }
        var before = errors.Count;
        string name = columns[0].Text, input = columns[1].Text;
        int nIn = Number(line, columns[2], "n_in"), nOut = Number(line, columns[3], "n_out"), rank = Number(line, columns[4], "rank");
        if (columns[5].Text is not ("yes" or "no")) Report(Rules.WrongValue, line.At(columns[5]), columns[5].Text, "scale_in", "yes or no");
        if (!namesOfAdapter.Add(name)) Report(Rules.RepeatedLinear, line.At(columns[0]), name);
        if (errors.Count > before) return;

        var places = new LinearPlaces(line.At(columns[2]), line.At(columns[3]), line.At(columns[4]));
        linears.Add(new(name, $"{adapter}:{input}", nIn, nOut, rank, columns[5].Text == "yes", places));
    }

    // Whether a kernel can have such a width or rank is the planner's question: here it only has to be a number.
    private int Number(ManifestLine line, Word word, string column)
    {
        if (!int.TryParse(word.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            Report(Rules.WrongValue, line.At(word), word.Text, column, "a whole number");
        return value;
    }

    private void Close()
    {
        if (baseName is null) Report(Rules.WrongHeader, Place.StartOf(path), "base", "none");
        if (fingerprint is null) Report(Rules.WrongHeader, Place.StartOf(path), "fingerprint", "none");
    }

    private static bool IsFingerprint(string text) => text.Length == 64 && text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    private void Report(Microsoft.CodeAnalysis.DiagnosticDescriptor rule, Place place, params string[] arguments) => errors.Add(DiagnosticInfo.Of(rule, place, arguments));
}
