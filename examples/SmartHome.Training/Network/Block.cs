using System.Numerics.Tensors;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>
/// One layer of the llama architecture. Forward, then backward in reverse order (shapes: N tokens, C = n_embd, Q = n_head · head_dim,
/// K = n_head_kv · head_dim, F = n_ff):
/// <code>
/// h [N,C] = norm(x)     q [N,Q], k, v [N,K] = linears(h), q and k turned     a [N,Q] = attention     x' [N,C] = x + O a
/// h'[N,C] = norm(x')    g, u [N,F] = linears(h')                             s [N,F] = silu(g) u     y  [N,C] = x' + D s
/// </code>
/// </summary>
internal sealed unsafe class Block
{
    private readonly NetworkShape shape;
    private readonly RmsNorm attentionNorm, feedForwardNorm;
    private readonly Linear q, k, v, o, gate, up, down;
    private readonly Attention attention;
    private readonly Rotary rotary;
    private readonly FloatBuffer h, qOut, kOut, vOut, a, x2, h2, g, u, s;

    public Block(NetworkShape shape, int layer, int maxTokens, Rotary rotary, Func<string, int, int, Parameter> parameter)
    {
        this.shape = shape;
        this.rotary = rotary;
        var (qDim, kDim) = (shape.NHead * shape.HeadDim, shape.NHeadKv * shape.HeadDim);
        Linear New(string name, int nOut, int nIn) => new(parameter($"blk.{layer}.{name}.weight", nOut, nIn));

        attentionNorm = new RmsNorm(parameter($"blk.{layer}.attn_norm.weight", 1, shape.NEmbd), shape.RmsEps);
        q = New("attn_q", qDim, shape.NEmbd);
        k = New("attn_k", kDim, shape.NEmbd);
        v = New("attn_v", kDim, shape.NEmbd);
        o = New("attn_output", shape.NEmbd, qDim);
        feedForwardNorm = new RmsNorm(parameter($"blk.{layer}.ffn_norm.weight", 1, shape.NEmbd), shape.RmsEps);
        gate = New("ffn_gate", shape.NFf, shape.NEmbd);
        up = New("ffn_up", shape.NFf, shape.NEmbd);
        down = New("ffn_down", shape.NEmbd, shape.NFf);
        attention = new Attention(shape.NHead, shape.NHeadKv, shape.HeadDim);

        FloatBuffer Rows(int n) => new(maxTokens * n);
        (h, x2, h2) = (Rows(shape.NEmbd), Rows(shape.NEmbd), Rows(shape.NEmbd));
        (qOut, kOut, vOut, a) = (Rows(qDim), Rows(kDim), Rows(kDim), Rows(qDim));
        (g, u, s) = (Rows(shape.NFf), Rows(shape.NFf), Rows(shape.NFf));
    }

    public IReadOnlyList<Linear> Linears => [q, k, v, o, gate, up, down];

    /// <summary>x, y [N][n_embd]; x must stay as it is until the backward pass.</summary>
    public void Forward(FloatBuffer x, FloatBuffer y, Batch batch)
    {
        var n = batch.Tokens.Count;
        var size = n * shape.NEmbd;
        attentionNorm.Forward(x.Data, h.Data, n);
        q.Forward(h.Data, qOut.Data, n);
        k.Forward(h.Data, kOut.Data, n);
        v.Forward(h.Data, vOut.Data, n);
        rotary.Forward(qOut.Data, batch.Positions, shape.NHead);
        rotary.Forward(kOut.Data, batch.Positions, shape.NHeadKv);
        attention.Forward(qOut.Data, kOut.Data, vOut.Data, a.Data, batch);
        o.Forward(a.Data, x2.Data, n);
        TensorPrimitives.Add(x.Span[..size], x2.Span[..size], x2.Span[..size]);

        feedForwardNorm.Forward(x2.Data, h2.Data, n);
        gate.Forward(h2.Data, g.Data, n);
        up.Forward(h2.Data, u.Data, n);
        SwiGlu.Forward(g.Data, u.Data, s.Data, n * shape.NFf);
        down.Forward(s.Data, y.Data, n);
        TensorPrimitives.Add(x2.Span[..size], y.Span[..size], y.Span[..size]);
    }

    /// <summary>d [N][n_embd] comes in as the gradient by y and goes out as the gradient by x; the parameters' gradients are added to.</summary>
    public void Backward(FloatBuffer x, FloatBuffer d, Batch batch, BlockScratch scratch)
    {
        var n = batch.Tokens.Count;
        scratch.S.Span[..(n * shape.NFf)].Clear();
        down.Backward(s.Data, d.Data, scratch.S.Data, n);
        SwiGlu.Backward(g.Data, u.Data, scratch.S.Data, scratch.G.Data, scratch.U.Data, n * shape.NFf);
        scratch.H.Span[..(n * shape.NEmbd)].Clear();
        gate.Backward(h2.Data, scratch.G.Data, scratch.H.Data, n);
        up.Backward(h2.Data, scratch.U.Data, scratch.H.Data, n);
        feedForwardNorm.Backward(x2.Data, scratch.H.Data, d.Data, n);

        scratch.A.Span[..(n * shape.NHead * shape.HeadDim)].Clear();
        o.Backward(a.Data, d.Data, scratch.A.Data, n);
        attention.Backward(qOut.Data, kOut.Data, vOut.Data, scratch.A.Data, scratch.Q.Data, scratch.K.Data, scratch.V.Data, batch);
        rotary.Backward(scratch.Q.Data, batch.Positions, shape.NHead);
        rotary.Backward(scratch.K.Data, batch.Positions, shape.NHeadKv);
        scratch.H.Span[..(n * shape.NEmbd)].Clear();
        q.Backward(h.Data, scratch.Q.Data, scratch.H.Data, n);
        k.Backward(h.Data, scratch.K.Data, scratch.H.Data, n);
        v.Backward(h.Data, scratch.V.Data, scratch.H.Data, n);
        attentionNorm.Backward(x.Data, scratch.H.Data, d.Data, n);
    }
}

/// <summary>Gradients inside a layer; one set serves all layers in turn.</summary>
internal sealed class BlockScratch(NetworkShape shape, int maxTokens)
{
    public FloatBuffer H { get; } = new(maxTokens * shape.NEmbd);

    public FloatBuffer Q { get; } = new(maxTokens * shape.NHead * shape.HeadDim);

    public FloatBuffer A { get; } = new(maxTokens * shape.NHead * shape.HeadDim);

    public FloatBuffer K { get; } = new(maxTokens * shape.NHeadKv * shape.HeadDim);

    public FloatBuffer V { get; } = new(maxTokens * shape.NHeadKv * shape.HeadDim);

    public FloatBuffer G { get; } = new(maxTokens * shape.NFf);

    public FloatBuffer U { get; } = new(maxTokens * shape.NFf);

    public FloatBuffer S { get; } = new(maxTokens * shape.NFf);
}
