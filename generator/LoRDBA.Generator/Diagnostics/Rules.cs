using System.Reflection;
using Microsoft.CodeAnalysis;

namespace LoRDBA.Generator.Diagnostics;

/// <summary>All that the generator can complain about; each is explained in docs/diagnostics.md. An id is never used again.</summary>
internal static class Rules
{
    private const string Category = "LoRDBA";

    /// <summary>What the SDK notes in the assembly; an address, because a help link is opened where there is no copy of the repository.</summary>
    private static readonly string? Repository = typeof(Rules).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "RepositoryUrl")?.Value?.TrimEnd('/');

    // --- the manifest's text

    public static readonly DiagnosticDescriptor UnreadableFile = new("LORDBA001", "Manifest cannot be read",
        "The manifest '{0}' cannot be read as text", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba001"));

    public static readonly DiagnosticDescriptor NotAManifest = new("LORDBA002", "Not a manifest of this version",
        "A manifest begins with 'lordba-shapes 1', not with '{0}': write it with 'lordba manifest'", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba002"));

    public static readonly DiagnosticDescriptor UnknownLine = new("LORDBA003", "Unknown line in a manifest",
        "No line of a manifest begins with '{0}', only with base, fingerprint, adapter or linear", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba003"));

    public static readonly DiagnosticDescriptor WrongColumns = new("LORDBA004", "Wrong number of columns in a manifest",
        "A line '{0}' has {1} behind that word, not {2}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba004"));

    public static readonly DiagnosticDescriptor WrongValue = new("LORDBA005", "Wrong value in a manifest",
        "'{0}' is no value of the column {1}, which takes {2}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba005"));

    public static readonly DiagnosticDescriptor WrongHeader = new("LORDBA006", "Base line missing or repeated",
        "A manifest has exactly one line '{0}', this one has {1}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba006"));

    public static readonly DiagnosticDescriptor WrongFingerprint = new("LORDBA007", "Not a fingerprint",
        "'{0}' is no fingerprint: it has 64 hexadecimal digits", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba007"));

    public static readonly DiagnosticDescriptor RepeatedLinear = new("LORDBA008", "Linear listed twice",
        "The linear '{0}' is listed twice for one adapter", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba008"));

    // --- shapes, of a manifest or of attributes

    public static readonly DiagnosticDescriptor TwoWidths = new("LORDBA009", "One input of two widths",
        "'{0}' reads {1} inputs, but another linear with the same input reads {2}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba009"));

    public static readonly DiagnosticDescriptor NoLinear = new("LORDBA010", "No linear",
        "{0} gets no kernel: no linear is listed for it", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba010"));

    public static readonly DiagnosticDescriptor RankOutOfRange = new("LORDBA011", "Rank out of range",
        "The rank {0} of '{1}' is not 1 to {2}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba011"));

    public static readonly DiagnosticDescriptor WidthOutOfRange = new("LORDBA012", "Width out of range",
        "{0} {1} of '{2}' is not 1 to {3}: no kernel can serve it", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba012"));

    // --- the project

    public static readonly DiagnosticDescriptor UnknownBoard = new("LORDBA013", "Unknown board",
        "There is no board '{0}'; boards are {1}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba013"));

    public static readonly DiagnosticDescriptor NoBoard = new("LORDBA014", "No board",
        "{0} has no board: set the property LordbaBoard, for example to rpi5", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba014"));

    public static readonly DiagnosticDescriptor TwoSets = new("LORDBA015", "Two sets of one name",
        "{0} is already made from '{1}': set Class or Namespace of one of the two LordbaManifest items", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba015"));

    public static readonly DiagnosticDescriptor TwoBases = new("LORDBA016", "Kernels of two bases in one set",
        "{0} is already made from '{1}' for the base {2}, and this is for {3}: kernels of two bases cannot be one set", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba016"));

    public static readonly DiagnosticDescriptor WrongName = new("LORDBA017", "Not a name",
        "'{0}' is no {1}: set {2} of the LordbaManifest item", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba017"));

    public static readonly DiagnosticDescriptor UnsafeMissing = new("LORDBA018", "Unsafe code not allowed",
        "Kernels work on pointers: set AllowUnsafeBlocks to true in the project", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba018"));

    public static readonly DiagnosticDescriptor UnusableClass = new("LORDBA019", "Class cannot be a set of kernels",
        "{0} must be {1} to be a set of kernels", Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba019"));

    // LORDBA020 is the build's: runtime/LoRDBA.Runtime/build/LoRDBA.Runtime.targets

    public static readonly DiagnosticDescriptor WrongRuntime = new("LORDBA021", "Runtime of another version",
        "LoRDBA.Generator {0} makes kernels for memory layout {1}, but the project {2}: reference LoRDBA.Generator and LoRDBA.Runtime of one version",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba021"));

    public static readonly DiagnosticDescriptor OldLanguage = new("LORDBA022", "C# before version 9",
        "Kernels are written in C# 9, and the project is in C# {0}: set LangVersion to 9.0 or newer, or leave it out",
        Category, DiagnosticSeverity.Error, true, helpLinkUri: Help("lordba022"));

    // LORDBA023 is the build's: runtime/LoRDBA.Runtime/build/OtherFramework.targets

    /// <summary>Where a rule is explained; null: the generator was built from no repository that has an address.</summary>
    /// <param name="repository">The address of the repository, as the package names it.</param>
    /// <param name="id">In lower-case letters.</param>
    internal static string? HelpLink(string? repository, string id) => repository is null ? null : $"{repository}/blob/HEAD/docs/diagnostics.md#{id}";

    private static string? Help(string id) => HelpLink(Repository, id);
}
