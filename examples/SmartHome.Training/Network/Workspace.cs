namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>Gradients inside a layer, and scratch of the operations; one set serves all layers in turn.</summary>
internal sealed class Workspace(NetworkShape shape, int maxTokens)
{
    public Rows H { get; } = new(maxTokens, shape.NEmbd);

    public Rows Q { get; } = new(maxTokens, shape.Attention.QueryLength);

    public Rows A { get; } = new(maxTokens, shape.Attention.QueryLength);

    public Rows K { get; } = new(maxTokens, shape.Attention.KeyLength);

    public Rows V { get; } = new(maxTokens, shape.Attention.KeyLength);

    public Rows G { get; } = new(maxTokens, shape.NFf);

    public Rows U { get; } = new(maxTokens, shape.NFf);

    public Rows S { get; } = new(maxTokens, shape.NFf);

    /// <summary>Of a norm: [n_embd].</summary>
    public float[] Norm { get; } = new float[shape.NEmbd];

    /// <summary>Of an attention: two rows of scores of the longest sequence.</summary>
    public float[] Scores { get; } = new float[2 * maxTokens];

    /// <summary>Of a sign branch; empty while there is none.</summary>
    public float[] Branch { get; set; } = [];
}
