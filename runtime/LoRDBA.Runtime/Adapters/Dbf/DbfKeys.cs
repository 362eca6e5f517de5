namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>What the authors' program calls the parts of a module.</summary>
internal static class DbfKeys
{
    public const string ScaleIn = "scale_in", SignsA = "bp1", M = "scale_mid", SignsB = "bp3", ScaleOut = "scale_out";
    public const string NIn = "in_features", NOut = "out_features", Rank = "mid_dim", Scaling = "scaling";

    /// <summary>All of them, in the order in which that program writes them.</summary>
    public static string[] All { get; } = [ScaleIn, SignsA, M, SignsB, ScaleOut, NIn, NOut, Rank, Scaling];
}
