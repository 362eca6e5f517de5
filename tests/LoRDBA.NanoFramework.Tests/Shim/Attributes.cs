using System;

// nanoFramework.TestFramework's names, so that the tests compile where that package is not to be had.
namespace nanoFramework.TestFramework
{
    /// <summary>A class with tests.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class TestClassAttribute : Attribute
    {
    }

    /// <summary>A test; it is called without an instance.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestMethodAttribute : Attribute
    {
    }

    /// <summary>Arguments of a test.</summary>
    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class DataRowAttribute : Attribute
    {
        /// <summary>One value per parameter.</summary>
        public DataRowAttribute(params object[] args)
        {
            MethodParameters = args;
        }

        /// <summary>One value per parameter.</summary>
        public object[] MethodParameters { get; }
    }

    /// <summary>Runs before the tests of its class.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SetupAttribute : Attribute
    {
    }
}
